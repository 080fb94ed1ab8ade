// The logins of a real AzCopy and a real rclone, through the recorder, against stand-ins of Azure's token services: the
// command works, and no secret is in anything that the recorder writes. The reference endpoint takes the token that the
// stand-ins give.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <cstdlib>
#include <filesystem>
#include <pugixml.hpp>

#include "endpoint/server.h"
#include "model/file.h"
#include "model/process.h"
#include "model/temporary.h"
#include "model/text.h"
#include "model/trace.h"
#include "model/url.h"
#include "tests/logins/network_namespace.h"
#include "tests/logins/token_service.h"
#include "tests/peers/tee.h"
#include "wire/sign_sas.h"

namespace blobgauge::logins {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using Environment = std::vector<std::pair<std::string, std::string>>;

constexpr auto metadata_address = "169.254.169.254";
bool in_namespace = false;

const std::string account(endpoint::default_account);
const std::string blob_host = account + ".blob.core.windows.net";
const std::string box_url = "https://" + blob_host + "/box";

// A secret as it is, percent-encoded, and in base64 at each of the three places where it can begin.
std::vector<std::string> forms(const std::string& secret) {
  std::vector<std::string> out = {secret, model::percent_encode(secret)};
  for (std::size_t before = 0; before < 3; ++before) {
    const auto text = model::base64(std::string(before, 'x') + secret);
    // The first and the last group hold neighbours' bits.
    out.push_back(text.substr(4, text.size() - 8));
  }
  return out;
}

class Logins : public testing::Test {
 protected:
  void SetUp() override {
    azcopy_ = environment("BLOBGAUGE_AZCOPY");
    rclone_ = environment("BLOBGAUGE_RCLONE");
    if (azcopy_.empty() || rclone_.empty())
      GTEST_SKIP() << "BLOBGAUGE_AZCOPY or BLOBGAUGE_RCLONE is not set (tools/setup --print shows how)";
    endpoint::ServerOptions options;
    options.aliases = {"*.blob.core.windows.net"};
    options.tokens = {secrets_.access_token};
    endpoint_ = endpoint::Server::start(options).value();
    peers::Tee::Options ear;
    ear.target = endpoint_->port();
    ear_ = std::make_unique<peers::Tee>(ear);
    tokens_ = std::make_unique<TokenService>(secrets_);
    ASSERT_EQ(ask("PUT", "/box?restype=container", {}), 201);
  }

  static std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
  }
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  std::string work(const std::string& name, std::string_view content) const {
    EXPECT_TRUE(model::write_file(path(name), content));
    return path(name);
  }

  // Without the recorder, with the token.
  int ask(const std::string& method, const std::string& target, const std::string& body,
          std::string* answer = nullptr) {
    httplib::Client client("127.0.0.1", endpoint_->port());
    httplib::Request request;
    request.method = method;
    request.path = "/" + account + target;
    request.headers = {{"x-ms-version", "2022-11-02"}, {"Authorization", "Bearer " + secrets_.access_token}};
    request.body = body;
    if (method == "PUT" && !body.empty()) request.headers.emplace("x-ms-blob-type", "BlockBlob");
    const auto result = client.send(request);
    if (result && answer) *answer = result->body;
    return result ? result->status : 0;
  }

  // `record OPTIONS -- COMMAND`, with everything that can be kept of bodies kept: the login's own are the hardest.
  void record(std::vector<std::string> options, Environment variables, std::vector<std::string> command) {
    model::ProcessRequest request;
    request.command = {BLOBGAUGE_PROGRAM, "record",  "--map",       map("*.blob.core.windows.net", ear_->port()),
                       "--keep-body",     "1048576", "--propagate", "-o",
                       path("run.trace")};
    request.command.insert(request.command.end(), options.begin(), options.end());
    request.command.push_back("--");
    request.command.insert(request.command.end(), command.begin(), command.end());
    request.folder = BLOBGAUGE_SOURCE_DIR;
    request.clean = true;
    request.environment = {{"PATH", environment("PATH")},
                           {"HOME", folder_.path()},
                           {"XDG_DATA_HOME", path("data")},
                           {"AZCOPY_LOG_LOCATION", path("log")},
                           {"AZCOPY_JOB_PLAN_LOCATION", path("plan")},
                           {"AZCOPY_DISABLE_SYSLOG", "true"},
                           {"AZCOPY_TENANT_ID", "11111111-2222-3333-4444-555555555555"}};
    for (auto& variable : variables) {
      std::erase_if(request.environment, [&](const auto& known) { return known.first == variable.first; });
      request.environment.push_back(std::move(variable));
    }
    request.time_limit = std::chrono::seconds(120);
    auto outcome = model::run_process(request);
    ASSERT_TRUE(outcome) << describe(outcome.error());
    outcome_ = std::move(*outcome);
    EXPECT_EQ(outcome_.exit_code, 0) << outcome_.out << outcome_.err;
    read_trace();
  }
  static std::string map(const std::string& glob, std::uint16_t port) {
    return fmt::format("{}=http://127.0.0.1:{}", glob, port);
  }
  std::vector<std::string> azcopy_make() const { return {azcopy_, "make", box_url + "2", "--skip-version-check"}; }

  void read_trace() {
    const auto reader = model::open_trace(path("run.trace"));
    ASSERT_TRUE(reader) << describe(reader.error());
    trace_.clear();
    for (;;) {
      model::Exchange exchange;
      const auto more = (*reader)->next(exchange);
      ASSERT_TRUE(more) << describe(more.error());
      if (!*more) break;
      trace_.push_back(std::move(exchange));
    }
    EXPECT_TRUE((*reader)->end().complete);
  }
  std::vector<std::string> operations() const {
    std::vector<std::string> out;
    for (const auto& exchange : trace_) out.push_back(exchange.operation);
    return out;
  }
  const model::Exchange* exchange_of(std::string_view operation) const {
    for (const auto& exchange : trace_)
      if (exchange.operation == operation) return &exchange;
    return nullptr;
  }
  static bool is_login(const model::Exchange& exchange) { return exchange.request.host.starts_with("login."); }
  bool login_recorded() const { return std::any_of(trace_.begin(), trace_.end(), is_login); }
  std::string kept_of_login() const {
    std::string out;
    for (const auto& exchange : trace_)
      if (is_login(exchange))
        out += exchange.request.body.bytes.value_or("") + exchange.response.body.bytes.value_or("");
    return out;
  }

  // What crossed the wire to the endpoint, as a peer heard it that masks nothing.
  std::pair<std::string, std::string> heard() const {
    std::string sent, received;
    for (const auto& conversation : ear_->conversations()) {
      sent += conversation.sent;
      received += conversation.received;
    }
    return {sent, received};
  }
  // The token reached the service under the header `name`, and nothing secret is in what we wrote.
  void expect_no_leak_of_the_token(const std::string& name = "Authorization") const {
    EXPECT_THAT(heard().first, HasSubstr(name + ": Bearer " + secrets_.access_token));
    expect_no_leak({});
  }
  void expect_no_leak(std::vector<std::string> more) const {
    auto secrets = std::move(more);
    secrets.insert(secrets.end(),
                   {secrets_.access_token, secrets_.refresh_token, secrets_.device_code, secrets_.client_secret,
                    secrets_.identity_header, secrets_.id_token_mark, std::string(endpoint::default_key)});
    const std::map<std::string, std::string> outputs = {{"the trace", model::read_file(path("run.trace")).value()},
                                                        {"standard output", outcome_.out},
                                                        {"standard error", outcome_.err}};
    for (const auto& secret : secrets)
      for (const auto& form : forms(secret))
        for (const auto& [name, text] : outputs)
          EXPECT_EQ(text.find(form), std::string::npos) << form << " is in " << name;
  }
  void expect_masked_bearer(std::string_view operation) const {
    const auto* found = exchange_of(operation);
    ASSERT_NE(found, nullptr) << fmt::format("{}", fmt::join(operations(), ", "));
    EXPECT_EQ(found->request.headers.get("Authorization"), "Bearer REDACTED");
  }

  Secrets secrets_;
  std::string azcopy_, rclone_;
  model::TemporaryFolder folder_ = model::TemporaryFolder::create().value();
  std::unique_ptr<endpoint::Server> endpoint_;
  std::unique_ptr<peers::Tee> ear_;
  std::unique_ptr<TokenService> tokens_;
  model::ProcessOutcome outcome_;
  std::vector<model::Exchange> trace_;
};

// The login host is mapped, so its traffic is looked into, and kept.
TEST_F(Logins, ServicePrincipalWithTheLoginRecorded) {
  record({"--map", map("login.microsoftonline.com", tokens_->port())},
         {{"AZCOPY_AUTO_LOGIN_TYPE", "SPN"},
          {"AZCOPY_SPA_APPLICATION_ID", "66666666-7777-8888-9999-000000000000"},
          {"AZCOPY_SPA_CLIENT_SECRET", secrets_.client_secret}},
         azcopy_make());
  EXPECT_GE(tokens_->granted("client_credentials"), 1);
  EXPECT_TRUE(login_recorded());
  // The login's own bodies were there to leak from.
  EXPECT_THAT(kept_of_login(), HasSubstr("client_secret=REDACTED"));
  EXPECT_THAT(kept_of_login(), HasSubstr("\"access_token\":\"REDACTED\""));
  expect_masked_bearer("Create Container");
  expect_no_leak_of_the_token();
}

// As it is without asking: the login host passes unread, here to a stand-in behind an upstream proxy.
TEST_F(Logins, ServicePrincipalWithTheLoginPassedThrough) {
  const auto authority = wire::CertificateAuthority::temporary().value();
  peers::Tee::Options options;
  options.targets = {{"login.microsoftonline.com", tokens_->port()}};
  options.authority = authority;
  const peers::Tee proxy(options);
  record({"--upstream-proxy", fmt::format("http://127.0.0.1:{}", proxy.port())},
         {{"AZCOPY_AUTO_LOGIN_TYPE", "SPN"},
          {"AZCOPY_SPA_APPLICATION_ID", "66666666-7777-8888-9999-000000000000"},
          {"AZCOPY_SPA_CLIENT_SECRET", secrets_.client_secret},
          {"SSL_CERT_FILE", work("ca.pem", authority->certificate_pem())}},
         azcopy_make());
  EXPECT_GE(tokens_->granted("client_credentials"), 1);
  EXPECT_FALSE(login_recorded());
  EXPECT_THAT(proxy.refused(), testing::IsEmpty());
  expect_masked_bearer("Create Container");
  expect_no_leak_of_the_token();
}

// AzCopy prints the code and asks again until the user has entered it; it needs no terminal for that.
TEST_F(Logins, DeviceCode) {
  record({"--map", map("login.microsoftonline.com", tokens_->port())}, {{"AZCOPY_AUTO_LOGIN_TYPE", "DEVICE"}},
         {azcopy_, "copy", work("small.txt", "content"), box_url + "/small.txt", "--skip-version-check"});
  EXPECT_EQ(tokens_->pending(), 1);
  EXPECT_EQ(tokens_->granted("device_code"), 1);
  EXPECT_THAT(outcome_.out, HasSubstr("enter the code ABCD-1234"));
  EXPECT_THAT(kept_of_login(), HasSubstr("device_code=REDACTED"));
  expect_masked_bearer("Put Blob (block)");
  std::string content;
  EXPECT_EQ(ask("GET", "/box/small.txt", {}, &content), 200);
  EXPECT_EQ(content, "content");
  expect_no_leak_of_the_token();
}

// AzCopy starts `az` and reads the token from its output, so a script that prints one stands in.
TEST_F(Logins, AzureCli) {
  fs::create_directory(path("bin"));
  const auto script = work("bin/az", fmt::format("#!/bin/sh\necho \"$@\" >'{}'\ncat <<'END'\n"
                                                 "{{\"accessToken\": \"{}\", \"expires_on\": {}, "
                                                 "\"tokenType\": \"Bearer\"}}\nEND\n",
                                                 path("asked"), secrets_.access_token, std::time(nullptr) + 3600));
  fs::permissions(script, fs::perms::owner_all);
  record({}, {{"AZCOPY_AUTO_LOGIN_TYPE", "AZCLI"}, {"PATH", path("bin") + ":" + environment("PATH")}}, azcopy_make());
  EXPECT_THAT(model::read_file(path("asked")).value(),
              HasSubstr("account get-access-token -o json --resource https://storage.azure.com"));
  expect_masked_bearer("Create Container");
  expect_no_leak_of_the_token();
}

// The metadata service at its own address: the recorder keeps the client from asking it through the proxy.
TEST_F(Logins, ManagedIdentityOfAMachine) {
  if (!in_namespace) GTEST_SKIP() << "no namespace for the metadata service's address is permitted here";
  const TokenService metadata(secrets_, metadata_address, 80);
  record({}, {{"AZCOPY_AUTO_LOGIN_TYPE", "MSI"}}, azcopy_make());
  EXPECT_GE(metadata.granted("metadata"), 1);
  EXPECT_THAT(operations(), testing::Each(testing::Ne("unclassified")));
  expect_masked_bearer("Create Container");
  expect_no_leak_of_the_token();
}

TEST_F(Logins, ManagedIdentityOfAnAppService) {
  record({},
         {{"AZCOPY_AUTO_LOGIN_TYPE", "MSI"},
          {"IDENTITY_ENDPOINT", fmt::format("http://127.0.0.1:{}/msi/token", tokens_->port())},
          {"IDENTITY_HEADER", secrets_.identity_header}},
         azcopy_make());
  EXPECT_GE(tokens_->granted("app_service"), 1);
  expect_masked_bearer("Create Container");
  expect_no_leak_of_the_token();
}

// rclone signs the source of a copy in blocks with a key that it asks for with its token.
TEST_F(Logins, RcloneCopiesWithAUserDelegationSas) {
  const std::string content(20 << 20, 'c');
  ASSERT_EQ(ask("PUT", "/box/from/large.bin", content), 201);
  record({"--map", map("login.microsoftonline.com", tokens_->port())},
         {{"RCLONE_CONFIG", ""},
          {"RCLONE_CONFIG_AZ_TYPE", "azureblob"},
          {"RCLONE_CONFIG_AZ_ACCOUNT", account},
          {"RCLONE_CONFIG_AZ_TENANT", "11111111-2222-3333-4444-555555555555"},
          {"RCLONE_CONFIG_AZ_CLIENT_ID", "66666666-7777-8888-9999-000000000000"},
          {"RCLONE_CONFIG_AZ_CLIENT_SECRET", secrets_.client_secret}},
         {rclone_, "copy", "az:box/from", "az:box/to", "--azureblob-chunk-size=4Mi", "--azureblob-copy-cutoff=8Mi"});
  EXPECT_GE(tokens_->granted("client_credentials"), 1);
  std::string copied;
  EXPECT_EQ(ask("GET", "/box/to/large.bin", {}, &copied), 200);
  EXPECT_TRUE(copied == content);

  // What the wire had and the trace must not have.
  const auto [sent, received] = heard();
  const auto between = [](const std::string& text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    if (at == std::string::npos) return std::string();
    return text.substr(at + from.size(), text.find_first_of(to, at + from.size()) - at - from.size());
  };
  const auto key = between(received, "<Value>", "<"), signature = between(sent, "sig=", "& \r");
  ASSERT_GE(key.size(), 40u);
  ASSERT_GE(signature.size(), 40u);
  expect_no_leak({key, signature, model::percent_decode(signature)});

  expect_masked_bearer("Get User Delegation Key");
  const auto& answer = exchange_of("Get User Delegation Key")->response;
  ASSERT_TRUE(answer.body.bytes);
  EXPECT_THAT(*answer.body.bytes, HasSubstr("<SignedOid>"));
  EXPECT_THAT(*answer.body.bytes, HasSubstr("<Value>REDACTED-44</Value>"));
  const auto* copy = exchange_of("Put Block From URL");
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(copy->response.status, 201);
  EXPECT_THAT(std::string(copy->request.headers.get("x-ms-copy-source")), HasSubstr("sig=REDACTED"));
  EXPECT_THAT(std::string(copy->request.headers.get("x-ms-copy-source")), HasSubstr("skoid="));
}

TEST_F(Logins, AzCopyCopiesWithATokenForTheSource) {
  ASSERT_EQ(ask("PUT", "/box/from.bin", "content"), 201);
  record({"--map", map("login.microsoftonline.com", tokens_->port())},
         {{"AZCOPY_AUTO_LOGIN_TYPE", "SPN"},
          {"AZCOPY_SPA_APPLICATION_ID", "66666666-7777-8888-9999-000000000000"},
          {"AZCOPY_SPA_CLIENT_SECRET", secrets_.client_secret}},
         {azcopy_, "copy", box_url + "/from.bin", box_url + "/to.bin", "--skip-version-check"});
  std::string copied;
  EXPECT_EQ(ask("GET", "/box/to.bin", {}, &copied), 200);
  EXPECT_EQ(copied, "content");
  const auto* copy = exchange_of("Put Blob From URL");
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(copy->request.headers.get("x-ms-copy-source-authorization"), "Bearer REDACTED");
  expect_no_leak_of_the_token("x-ms-copy-source-authorization");
}

TEST_F(Logins, AzCopyUsesAUserDelegationSas) {
  ASSERT_EQ(ask("PUT", "/box/found.txt", "content"), 201);
  const auto expiry = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr) + 3600));
  std::string document;
  ASSERT_EQ(ask("POST", "/?restype=service&comp=userdelegationkey",
                "<KeyInfo><Expiry>" + expiry + "</Expiry></KeyInfo>", &document),
            200);
  pugi::xml_document parsed;
  ASSERT_TRUE(parsed.load_buffer(document.data(), document.size()));
  const auto field = [&](const char* name) { return parsed.child("UserDelegationKey").child_value(name); };
  wire::Sas sas;
  sas.set("sv", "2022-11-02").set("sr", "c").set("sp", "rl").set("se", expiry).set("spr", "https");
  sas.set("skoid", field("SignedOid")).set("sktid", field("SignedTid")).set("skt", field("SignedStart"));
  sas.set("ske", field("SignedExpiry")).set("sks", field("SignedService")).set("skv", field("SignedVersion"));
  wire::sign_sas(sas, {account, "box", "", ""}, wire::AccountKey::parse(field("Value")).value());
  record({}, {}, {azcopy_, "list", box_url + "?" + sas.token(), "--skip-version-check"});
  EXPECT_THAT(outcome_.out, HasSubstr("found.txt"));
  expect_no_leak({field("Value"), sas.get("sig")});
  const auto* list = exchange_of("List Blobs (hierarchy)");
  ASSERT_NE(list, nullptr);
  EXPECT_THAT(list->request.target, HasSubstr("skoid="));
  EXPECT_THAT(list->request.target, HasSubstr("sig=REDACTED"));
}

}  // namespace
}  // namespace blobgauge::logins

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  if (!testing::GTEST_FLAG(list_tests))
    blobgauge::logins::in_namespace = blobgauge::logins::enter_network_namespace(blobgauge::logins::metadata_address);
  return RUN_ALL_TESTS();
}
