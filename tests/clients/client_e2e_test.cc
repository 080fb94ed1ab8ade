// Real clients, each run twice against the same service: direct, and through the recorder. Both must end alike, leave
// the same files, and send the service the same requests, byte for byte but for what no two runs have in common. What
// the service saw is heard by a peer between it and everybody else, which copies bytes and knows nothing of the
// recorder.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "endpoint/server.h"
#include "model/file.h"
#include "model/process.h"
#include "model/temporary.h"
#include "model/text.h"
#include "model/trace.h"
#include "model/url.h"
#include "tests/peers/background.h"
#include "tests/peers/seen_request.h"
#include "tests/peers/tee.h"
#include "wire/sign_sas.h"

namespace blobgauge::clients_test {
namespace {

namespace fs = std::filesystem;
using Environment = std::vector<std::pair<std::string, std::string>>;
using Command = std::vector<std::string>;

const std::string account(endpoint::default_account);
const std::string key(endpoint::default_key);
const std::string blob_host = account + ".blob.core.windows.net";
const std::string service_url = "https://" + blob_host;
constexpr auto news = "aka.ms:443";  // where AzCopy asks for newer releases; some have no option against it
constexpr std::uint64_t mebi = 1u << 20;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// What a run left behind.
struct Trial {
  std::vector<int> exit_codes;
  std::vector<std::string> requests;  // comparable, sorted
  std::map<std::string, std::string> files;
  std::size_t recorded = 0;  // exchanges of the traces
  std::string said;
};

std::map<std::string, std::string> files_of(const std::string& folder) {
  std::map<std::string, std::string> out;
  if (!fs::exists(folder)) return out;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      out[fs::relative(entry.path(), folder).string()] = model::read_file(entry.path()).value();
  return out;
}

std::vector<std::string> requests_at(const peers::Tee& ear) {
  std::vector<std::string> out;
  for (const auto& conversation : ear.conversations())
    for (const auto& request : peers::requests_of(conversation.sent)) out.push_back(peers::comparable(request));
  std::sort(out.begin(), out.end());
  return out;
}

// Those with the service; a client may look elsewhere for news of itself, and is refused by whoever stands there.
std::size_t exchanges_in(const std::string& path) {
  const auto reader = model::open_trace(path);
  EXPECT_TRUE(reader) << describe(reader.error());
  std::size_t count = 0;
  for (model::Exchange exchange; reader && (*reader)->next(exchange).value_or(false); exchange = {}) {
    if (exchange.request.host == news) continue;
    ++count;
    EXPECT_NE(exchange.operation, "unclassified") << exchange.request.method << " " << exchange.request.target;
    for (const auto& mark : exchange.marks)
      EXPECT_TRUE(mark.starts_with("server: met through the upstream proxy")) << mark;
  }
  EXPECT_TRUE(reader && (*reader)->end().complete);
  return count;
}

class Clients : public testing::Test {
 protected:
  Clients() {
    fs::create_directories(path("up/sub folder"));
    write("up/empty.bin", 0);
    write("up/small.txt", 1000);
    write("up/sub folder/gr\xC3\xBCn+&=.txt", 77);
    write("up/large.bin", 9 * mebi + 5);
    EXPECT_TRUE(model::write_file(path("ca.pem"), authority_->certificate_pem()));
  }

  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  void write(const std::string& name, std::size_t size) const {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + (i >> 9));
    EXPECT_TRUE(model::write_file(path(name), bytes));
    // Clients keep it with the blob.
    fs::last_write_time(path(name), fs::file_time_type::clock::now() - std::chrono::hours(24));
  }
  Environment variables(const Environment& own) const {
    Environment out = {{"PATH", environment("PATH")}, {"HOME", folder_.path()}, {"XDG_DATA_HOME", path("data")}};
    out.insert(out.end(), own.begin(), own.end());
    return out;
  }
  static std::unique_ptr<endpoint::Server> service() {
    endpoint::ServerOptions options;
    options.aliases = {"*.blob.core.windows.net"};
    return endpoint::Server::start(options).value();
  }
  // Adds its exit code and what it said.
  static void execute(Trial& into, Command command, const Environment& own) {
    model::ProcessRequest request;
    request.command = std::move(command);
    request.environment = own;
    request.clean = true;
    request.time_limit = std::chrono::seconds(120);
    const auto outcome = model::run_process(request);
    ASSERT_TRUE(outcome) << describe(outcome.error());
    into.exit_codes.push_back(outcome->exit_code);
    into.said += outcome->out + outcome->err;
  }

  static void make_box(const endpoint::Server& endpoint) {
    httplib::Client client("127.0.0.1", endpoint.port());
    const auto made = client.Put("/" + account + "/box?restype=container&" + sas(), {}, "", "text/plain");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->status, 201);
  }

  // Clients of a proxy: the name of the service leads to the peer by way of a tunnel, which the client opens itself or
  // the recorder opens behind it. So even the TLS of both runs ends at the same peer.
  Trial run_by_proxy(bool recorded, const std::vector<Command>& commands, Environment own) const {
    const auto endpoint = service();
    peers::Tee::Options options;
    options.targets = {{blob_host, endpoint->port()}};
    options.authority = authority_;
    const peers::Tee ear(options);
    const auto proxy = fmt::format("http://127.0.0.1:{}", ear.port());
    own.emplace_back("SSL_CERT_FILE", path("ca.pem"));
    own.emplace_back("REQUESTS_CA_BUNDLE", path("ca.pem"));
    if (!recorded) own.emplace_back("HTTPS_PROXY", proxy);
    Trial out;
    for (const auto& command : commands) {
      Command whole = command;
      const Command record = {BLOBGAUGE_PROGRAM, "record", "--upstream-proxy", proxy, "--ca-file", path("ca.pem"),
                              "--propagate",     "-o",     path("run.trace"),  "--"};
      if (recorded) whole.insert(whole.begin(), record.begin(), record.end());
      execute(out, whole, variables(own));
      if (recorded) out.recorded += exchanges_in(path("run.trace"));
    }
    out.requests = requests_at(ear);
    EXPECT_THAT(ear.refused(), testing::Each(std::string(news)));
    take_files(out);
    return out;
  }
  void take_files(Trial& out) const {
    out.files = files_of(path("down"));
    fs::remove_all(path("down"));
  }

  void compare(const Trial& direct, const Trial& recorded, std::size_t at_least) const {
    EXPECT_EQ(direct.exit_codes, recorded.exit_codes) << direct.said << recorded.said;
    EXPECT_THAT(direct.exit_codes, testing::Each(0)) << direct.said;
    const auto names = [](const Trial& run) {
      std::vector<std::string> out;
      for (const auto& [name, bytes] : run.files) out.push_back(name);
      return out;
    };
    EXPECT_EQ(names(direct), names(recorded));
    EXPECT_EQ(names(direct), (names(Trial{{}, {}, files_of(path("up")), 0, {}})));
    EXPECT_TRUE(direct.files == files_of(path("up")));
    EXPECT_TRUE(recorded.files == direct.files);
    EXPECT_GE(direct.requests.size(), at_least);
    EXPECT_EQ(recorded.recorded, recorded.requests.size());
    std::vector<std::string> only_direct, only_recorded;
    std::set_difference(direct.requests.begin(), direct.requests.end(), recorded.requests.begin(),
                        recorded.requests.end(), std::back_inserter(only_direct));
    std::set_difference(recorded.requests.begin(), recorded.requests.end(), direct.requests.begin(),
                        direct.requests.end(), std::back_inserter(only_recorded));
    EXPECT_EQ(only_direct, only_recorded);
    RecordProperty("requests", static_cast<int>(direct.requests.size()));
  }

  static std::string sas() {
    wire::Sas out;
    out.set("sv", "2020-08-04").set("ss", "b").set("srt", "sco").set("sp", "rwdlacx").set("se", "2099-01-01T00:00:00Z");
    wire::sign_sas(out, {account, "", "", ""}, wire::AccountKey::parse(key).value());
    return out.token();
  }
  // `more`: options that not every release knows.
  void azcopy(const std::string& program, const Command& more) const {
    const auto box = service_url + "/box", sas_part = "?" + sas();
    const Environment own = {{"AZCOPY_LOG_LOCATION", path("log")},
                             {"AZCOPY_JOB_PLAN_LOCATION", path("plan")},
                             {"AZCOPY_DISABLE_SYSLOG", "true"},
                             {"AZCOPY_CONCURRENCY_VALUE", "4"}};
    std::vector<Command> commands = {
        {program, "make", box + sas_part},
        {program, "copy", path("up"), box + sas_part, "--recursive", "--put-md5", "--block-size-mb=4"},
        {program, "copy", box + "/up/*" + sas_part, path("down"), "--recursive", "--check-md5=FailIfDifferent",
         "--block-size-mb=4"}};
    for (auto& command : commands) command.insert(command.end(), more.begin(), more.end());
    compare(run_by_proxy(false, commands, own), run_by_proxy(true, commands, own), 12);
  }

  std::shared_ptr<wire::CertificateAuthority> authority_ = wire::CertificateAuthority::temporary().value();
  model::TemporaryFolder folder_ = model::TemporaryFolder::create().value();
};

TEST_F(Clients, AzCopy) {
  const auto program = environment("BLOBGAUGE_AZCOPY");
  if (program.empty()) GTEST_SKIP() << "BLOBGAUGE_AZCOPY is not set (tools/setup --print shows how)";
  azcopy(program, {"--skip-version-check"});
}

// Its SDK is another one than today's.
TEST_F(Clients, AzCopyOfBefore) {
  const auto program = environment("BLOBGAUGE_AZCOPY_10_10");
  if (program.empty()) GTEST_SKIP() << "BLOBGAUGE_AZCOPY_10_10 is not set (tools/test --full sets it)";
  azcopy(program, {});
}

TEST_F(Clients, Rclone) {
  const auto program = environment("BLOBGAUGE_RCLONE");
  if (program.empty()) GTEST_SKIP() << "BLOBGAUGE_RCLONE is not set (tools/setup --print shows how)";
  const Environment own = {{"RCLONE_CONFIG", ""},
                           {"RCLONE_CACHE_DIR", path("cache")},
                           {"RCLONE_CONFIG_AZ_TYPE", "azureblob"},
                           {"RCLONE_CONFIG_AZ_ACCOUNT", account},
                           {"RCLONE_CONFIG_AZ_KEY", key}};
  const std::vector<Command> commands = {
      {program, "copy", path("up"), "az:box/tree", "--azureblob-chunk-size=4Mi"},
      {program, "copy", "az:box/tree", "az:box/copy", "--azureblob-copy-cutoff=8Mi", "--azureblob-chunk-size=4Mi"},
      {program, "lsf", "-R", "az:box"},
      {program, "copy", "az:box/copy", path("down"), "--multi-thread-streams=0"}};
  compare(run_by_proxy(false, commands, own), run_by_proxy(true, commands, own), 20);
}

TEST_F(Clients, AzureStorageBlob) {
  const auto packages = environment("BLOBGAUGE_AZURE_STORAGE_BLOB");
  if (packages.empty()) GTEST_SKIP() << "BLOBGAUGE_AZURE_STORAGE_BLOB is not set (tools/test --full sets it)";
  const Environment own = {
      {"PYTHONPATH", packages}, {"CONTAINER_URL", service_url + "/box"}, {"ACCOUNT", account}, {"KEY", key}};
  const std::vector<Command> commands = {
      {"/usr/bin/python3", BLOBGAUGE_SOURCE_DIR "/tests/clients/blob_client.py", path("up"), path("down")}};
  compare(run_by_proxy(false, commands, own), run_by_proxy(true, commands, own), 15);
}

// It knows no proxy and speaks TLS only, so the recorder stands in its server's place. The Host field has the port, so
// both runs must meet the same one.
TEST_F(Clients, PgBackRest) {
  const std::string program = "/usr/bin/pgbackrest";
  if (!fs::exists(program)) GTEST_SKIP() << "pgbackrest is not installed (tools/test --full installs it)";
  const auto own = [&](std::uint16_t port, const std::string& trusted) {
    return variables({{"PGBACKREST_REPO1_TYPE", "azure"},
                      {"PGBACKREST_REPO1_PATH", "/repo"},
                      {"PGBACKREST_REPO1_AZURE_ACCOUNT", account},
                      {"PGBACKREST_REPO1_AZURE_KEY", key},
                      {"PGBACKREST_REPO1_AZURE_CONTAINER", "box"},
                      {"PGBACKREST_REPO1_AZURE_URI_STYLE", "path"},
                      {"PGBACKREST_REPO1_STORAGE_HOST", "localhost"},
                      {"PGBACKREST_REPO1_STORAGE_PORT", std::to_string(port)},
                      {"PGBACKREST_REPO1_STORAGE_CA_FILE", trusted},
                      {"PGBACKREST_REPO1_STORAGE_UPLOAD_CHUNK_SIZE", "4MiB"},
                      {"PGBACKREST_CONFIG", path("none.conf")},
                      {"PGBACKREST_LOCK_PATH", path("lock")},
                      {"PGBACKREST_LOG_LEVEL_FILE", "off"},
                      {"PGBACKREST_LOG_LEVEL_CONSOLE", "warn"}});
  };
  const auto run = [&](std::uint16_t port, const std::string& trusted) {
    Trial out;
    for (const auto& line :
         {fmt::format("for f in empty.bin small.txt large.bin; do {} repo-put $f <'{}'/$f; done", program, path("up")),
          program + " repo-ls --recurse",
          fmt::format("mkdir '{0}'; for f in empty.bin small.txt large.bin; do {1} repo-get $f >'{0}'/$f; done",
                      path("down"), program),
          program + " repo-rm small.txt; ! " + program + " repo-get small.txt"})
      execute(out, {"/bin/sh", "-ec", line}, own(port, trusted));
    take_files(out);
    return out;
  };
  const auto ear_at = [&](std::uint16_t at, std::uint16_t target) {
    peers::Tee::Options options;
    options.port = at;
    options.target = target;
    options.authority = authority_;
    return options;
  };
  fs::remove_all(path("up/sub folder"));
  EXPECT_TRUE(model::write_file(path("none.conf"), ""));

  // Recorded first: the recorder takes a free port, and the peer of the direct run can take the same afterwards.
  Trial recorded;
  std::uint16_t port = 0;
  {
    const auto endpoint = service();
    make_box(*endpoint);
    const peers::Tee ear(ear_at(0, endpoint->port()));
    execute(recorded, {BLOBGAUGE_PROGRAM, "ca", "export", "-o", path("local.pem")}, variables({}));
    peers::Background recorder(
        {BLOBGAUGE_PROGRAM, "record", "--mode", "reverse", "--tls", "--target",
         fmt::format("https://localhost:{}", ear.port()), "--ca-file", path("ca.pem"), "-o", path("run.trace")},
        variables({}));
    const auto line = recorder.line_with("recording on");
    port = static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
    recorded = run(port, path("local.pem"));
    EXPECT_EQ(recorder.end(), 0);
    recorded.recorded = exchanges_in(path("run.trace"));
    recorded.requests = requests_at(ear);
  }
  const auto endpoint = service();
  make_box(*endpoint);
  const peers::Tee ear(ear_at(port, endpoint->port()));
  auto direct = run(port, path("ca.pem"));
  direct.requests = requests_at(ear);
  compare(direct, recorded, 12);
}

}  // namespace
}  // namespace blobgauge::clients_test
