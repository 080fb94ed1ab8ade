// A real JVM through the recorder, told by its environment alone.
#include <gmock/gmock.h>

#include "model/file.h"
#include "model/process.h"
#include "recorder/client_environment.h"
#include "recorder/proxy.h"
#include "recorder/test_peers.h"
#include "recorder/test_sink.h"
#include "wire/certificate.h"

namespace blobgauge::recorder {
namespace {

using testing::HasSubstr;

constexpr std::string_view program = R"(
import java.net.*;
public class Put {
  public static void main(String[] arguments) throws Exception {
    var connection = (HttpURLConnection) new URL(arguments[0]).openConnection();
    connection.setRequestMethod("PUT");
    connection.setDoOutput(true);
    connection.getOutputStream().write("hello".getBytes());
    System.out.println(connection.getResponseCode() + connection.getResponseMessage());
  }
}
)";

// Compiles and runs in one step; that needs the JDK's compiler, which a mere runtime lacks.
model::Result<model::ProcessOutcome> run_java(const std::string& source, const Variables& environment) {
  model::ProcessRequest request;
  request.command = {"java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", source,
                     "https://acct.blob.core.windows.net/c/b"};
  request.environment = environment;
  request.time_limit = std::chrono::seconds(140);
  return model::run_process(request);
}

TEST(Jvm, TakesTheTrustStoreAndTheProxy) {
  const auto folder = model::TemporaryFolder::create().value();
  const auto source = folder.path() + "/Put.java";
  ASSERT_TRUE(model::write_file(source, program));
  testing_peers::Origin origin([](testing_peers::Socket& socket) {
    socket.until("hello");
    socket.say("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
  });
  const auto authority = wire::CertificateAuthority::temporary().value();
  const auto sink = std::make_shared<MemorySink>();
  Proxy::Options options;
  options.catalogue = test_catalogue();
  options.authority = authority;
  options.mapping =
      Mapping({MapRule::parse("*.blob.core.windows.net=http://127.0.0.1:" + std::to_string(origin.port())).value()});
  const auto proxy = Proxy::start(std::move(options), sink).value();
  const auto base = folder.path() + "/with a blank";
  const auto trust = TrustFiles::create(authority->certificate_pem(), {}, base).value();
  const auto other =
      TrustFiles::create(wire::CertificateAuthority::temporary().value()->certificate_pem(), {}, base).value();
  const auto url = model::parse_url(proxy->url()).value();

  const auto trusting = run_java(source, client_environment(url, trust, {}, {}));
  if (!trusting || trusting->err.find("jdk.compiler") != std::string::npos)
    GTEST_SKIP() << "no JDK here; tools/test --full installs one";
  EXPECT_EQ(trusting->exit_code, 0) << trusting->err;
  EXPECT_EQ(trusting->out, "201Created\n");
  const auto distrusting = run_java(source, client_environment(url, other, {}, {}));
  EXPECT_NE(distrusting->exit_code, 0);
  EXPECT_THAT(distrusting->err, HasSubstr("SSLHandshakeException"));

  ASSERT_TRUE(proxy->stop());
  ASSERT_EQ(sink->exchanges.size(), 1u);
  EXPECT_EQ(sink->exchanges[0].request.host, "acct.blob.core.windows.net");
  EXPECT_EQ(sink->exchanges[0].response.status, 201);
}

}  // namespace
}  // namespace blobgauge::recorder
