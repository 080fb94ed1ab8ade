// Real clients through `record --pseudonymize`: they do what they do without it, and no name, metadata value or
// signature of the run is in what is left of it: the trace, what the recorder said, and the surface made of the trace.
// What crossed the wire is heard by a peer that knows nothing of the recorder.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

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

namespace blobgauge::redaction_test {
namespace {

namespace fs = std::filesystem;
using Environment = std::vector<std::pair<std::string, std::string>>;
using Command = std::vector<std::string>;

// Words that nothing else has.
const std::string account = "contosovault", container = "quarterlyfigures", folder = "Wintergarten",
                  metadata = "Nachtigall";
const std::string key(endpoint::default_key);
const std::string host = account + ".blob.core.windows.net";
const std::map<std::string, std::size_t> files = {
    {"Nordlicht-2031.parquet", 1000}, {"Abendstern/Sonnenblume &+=.tar.gz", 77}, {"Abendstern/Kranich", 5 << 20}};
// Of each of them, so that a part of a name is found too.
const std::vector<std::string> words = {account,     container,    folder,        metadata,
                                        "Nordlicht", "Abendstern", "Sonnenblume", "Kranich"};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::map<std::string, std::string> files_of(const std::string& path) {
  std::map<std::string, std::string> out;
  if (fs::exists(path))
    for (const auto& entry : fs::recursive_directory_iterator(path))
      if (entry.is_regular_file())
        out[fs::relative(entry.path(), path).string()] = model::read_file(entry.path()).value();
  return out;
}

// What must stay of a request: its method, how deep its path goes and how that ends, which parameters and fields it
// has.
std::string shape_of(std::string_view method, std::string_view target, const std::vector<std::string>& fields) {
  const auto mark = std::min(target.find('?'), target.size());
  const auto path = target.substr(0, mark);
  const auto last = path.substr(path.rfind('/'));
  std::string out = fmt::format("{} depth {} extension {}", method, std::count(path.begin(), path.end(), '/'),
                                last.find('.') == std::string_view::npos ? "" : last.substr(last.rfind('.')));
  for (const auto& parameter : model::parse_query(target.substr(std::min(mark + 1, target.size()))))
    out += fmt::format(" {}={}", parameter.name,
                       parameter.name == "comp" || parameter.name == "restype" ? parameter.value : "*");
  for (const auto& field : fields) out += " " + field;
  return out;
}

struct Trial {
  std::vector<int> exit_codes;
  std::map<std::string, std::string> files;
  std::vector<peers::SeenRequest> requests;  // as the service got them
  std::string said;                          // by the clients
};

class PseudonymsE2e : public testing::Test {
 protected:
  PseudonymsE2e() {
    for (const auto& [name, size] : files) {
      const auto to = path("up/" + name);
      fs::create_directories(fs::path(to).parent_path());
      std::string bytes(size, '\0');
      for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + (i >> 9));
      EXPECT_TRUE(model::write_file(to, bytes));
    }
    EXPECT_TRUE(model::write_file(path("ca.pem"), authority_->certificate_pem()));
  }

  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  Environment variables(const Environment& own) const {
    Environment out = {{"PATH", environment("PATH")}, {"HOME", folder_.path()}, {"XDG_DATA_HOME", path("data")}};
    out.insert(out.end(), own.begin(), own.end());
    return out;
  }
  std::string text(const std::string& name) const {
    const auto read = model::read_file(path(name));
    EXPECT_TRUE(read) << describe(read.error());
    return read.value_or("");
  }
  model::ProcessOutcome execute(Command command, const Environment& own) const {
    model::ProcessRequest request;
    request.command = std::move(command);
    request.environment = variables(own);
    request.clean = true;
    request.time_limit = std::chrono::seconds(120);
    const auto outcome = model::run_process(request);
    EXPECT_TRUE(outcome) << describe(outcome.error());
    return outcome.value_or(model::ProcessOutcome{});
  }

  Trial run(bool recorded, const std::vector<Command>& commands, Environment own) {
    endpoint::ServerOptions service;
    service.aliases = {"*.blob.core.windows.net"};
    service.accounts = {{account, key}};
    const auto endpoint = endpoint::Server::start(service).value();
    peers::Tee::Options options;
    options.targets = {{host, endpoint->port()}};
    options.authority = authority_;
    const peers::Tee ear(options);
    auto proxy = fmt::format("http://127.0.0.1:{}", ear.port());
    std::optional<peers::Background> recorder;
    own.emplace_back("SSL_CERT_FILE", path(recorded ? "local.pem" : "ca.pem"));
    if (recorded) {
      execute({BLOBGAUGE_PROGRAM, "ca", "export", "-o", path("local.pem")}, {});
      recorder.emplace(Command{BLOBGAUGE_PROGRAM, "record", "--pseudonymize", "--upstream-proxy", proxy, "--ca-file",
                               path("ca.pem"), "-o", path("run.trace")},
                       variables({}));
      const auto line = recorder->line_with("recording on");
      proxy = fmt::format("http://127.0.0.1:{}", std::stoi(line.substr(line.rfind(':') + 1)));
    }
    own.emplace_back("HTTPS_PROXY", proxy);
    Trial out;
    for (const auto& command : commands) {
      const auto outcome = execute(command, own);
      out.exit_codes.push_back(outcome.exit_code);
      out.said += outcome.out + outcome.err;
    }
    if (recorder) {
      EXPECT_EQ(recorder->end(), 0);
      recorder_said_ = recorder->said();
    }
    for (const auto& conversation : ear.conversations())
      for (auto& request : peers::requests_of(conversation.sent)) out.requests.push_back(std::move(request));
    out.files = files_of(path("down"));
    fs::remove_all(path("down"));
    return out;
  }

  void compare(const std::vector<Command>& commands, const Environment& own) {
    const auto direct = run(false, commands, own), recorded = run(true, commands, own);
    EXPECT_THAT(direct.exit_codes, testing::Each(0)) << direct.said;
    EXPECT_EQ(recorded.exit_codes, direct.exit_codes) << recorded.said;
    EXPECT_TRUE(direct.files == files_of(path("up")));
    EXPECT_TRUE(recorded.files == direct.files);
    EXPECT_EQ(recorded.requests.size(), direct.requests.size());
    expect_structure(recorded.requests);
    expect_silence(recorded.requests);
  }

  void expect_structure(const std::vector<peers::SeenRequest>& requests) const {
    std::vector<std::string> sent, kept;
    std::set<std::string> sent_paths, kept_paths, hosts;
    for (const auto& request : requests) {
      const auto parts = model::split(request.line, ' ');
      ASSERT_EQ(parts.size(), 3U) << request.line;
      std::vector<std::string> fields;
      for (const auto& line : request.headers) fields.push_back(line.substr(0, line.find(':')));
      sent.push_back(shape_of(parts[0], parts[1], fields));
      sent_paths.insert(std::string(parts[1].substr(0, parts[1].find('?'))));
    }
    const auto reader = model::open_trace(path("run.trace"));
    ASSERT_TRUE(reader) << describe(reader.error());
    EXPECT_FALSE((*reader)->head().pseudonyms.empty());
    for (model::Exchange exchange; (*reader)->next(exchange).value_or(false); exchange = {}) {
      const auto& request = exchange.request;
      EXPECT_NE(exchange.operation, "unclassified") << request.method << " " << request.target;
      std::vector<std::string> fields;
      for (const auto& header : request.headers) fields.push_back(header.name);
      kept.push_back(shape_of(request.method, request.target, fields));
      kept_paths.insert(request.target.substr(0, request.target.find('?')));
      hosts.insert(request.host);
    }
    EXPECT_TRUE((*reader)->end().complete);
    std::sort(sent.begin(), sent.end());
    std::sort(kept.begin(), kept.end());
    EXPECT_EQ(kept, sent);
    // One pseudonym for each name.
    EXPECT_EQ(kept_paths.size(), sent_paths.size());
    ASSERT_EQ(hosts.size(), 1U);
    EXPECT_TRUE(hosts.begin()->ends_with(".blob.core.windows.net")) << *hosts.begin();
  }

  // Of all that the requests had, which is looked for there first, or the search would show nothing.
  void expect_silence(const std::vector<peers::SeenRequest>& requests) const {
    std::string wire;
    std::set<std::string> secrets(words.begin(), words.end());
    for (const auto& request : requests) {
      wire += model::percent_decode(request.line) + "\n";
      for (const auto& line : request.headers) {
        wire += line + "\n";
        if (model::lower(line).starts_with("authorization: sharedkey "))
          secrets.insert(line.substr(line.rfind(':') + 1));
      }
      const auto target = model::split(request.line, ' ')[1];
      for (const auto& parameter : model::parse_query(target.substr(std::min(target.find('?') + 1, target.size()))))
        if (parameter.name == "sig") secrets.insert(parameter.value);
    }
    EXPECT_GT(secrets.size(), words.size());
    const auto surface = execute({BLOBGAUGE_PROGRAM, "infer", path("run.trace"), "-o", path("surface.yaml")}, {});
    EXPECT_EQ(surface.exit_code, 0) << surface.err;
    EXPECT_THAT(text("surface.yaml"), testing::HasSubstr("kind: observed"));
    const std::pair<const char*, std::string> outputs[] = {{"the trace", text("run.trace")},
                                                           {"what the recorder said", recorder_said_},
                                                           {"the surface", text("surface.yaml")},
                                                           {"what infer said", surface.out + surface.err}};
    for (const auto& secret : secrets) {
      EXPECT_NE(wire.find(secret), std::string::npos) << secret;
      for (const auto& [name, output] : outputs)
        for (const auto& form : {secret, model::percent_encode(secret), model::base64(secret)})
          EXPECT_EQ(model::lower(output).find(model::lower(form)), std::string::npos) << form << " is in " << name;
    }
  }

  std::shared_ptr<wire::CertificateAuthority> authority_ = wire::CertificateAuthority::temporary().value();
  model::TemporaryFolder folder_ = model::TemporaryFolder::create().value();
  std::string recorder_said_;
};

TEST_F(PseudonymsE2e, AzCopy) {
  const auto program = environment("BLOBGAUGE_AZCOPY");
  if (program.empty()) GTEST_SKIP() << "BLOBGAUGE_AZCOPY is not set (tools/setup --print shows how)";
  wire::Sas sas;
  sas.set("sv", "2020-08-04").set("ss", "b").set("srt", "sco").set("sp", "rwdlacx").set("se", "2099-01-01T00:00:00Z");
  wire::sign_sas(sas, {account, "", "", ""}, wire::AccountKey::parse(key).value());
  const auto box = "https://" + host + "/" + container, query = "?" + sas.token();
  std::vector<Command> commands = {
      {program, "make", box + query},
      {program, "copy", path("up") + "/*", box + "/" + folder + query, "--recursive", "--block-size-mb=4",
       "--metadata=projekt=" + metadata},
      {program, "list", box + query},
      {program, "copy", box + "/" + folder + "/*" + query, path("down"), "--recursive", "--block-size-mb=4"}};
  for (auto& command : commands) command.push_back("--skip-version-check");
  compare(commands, {{"AZCOPY_LOG_LOCATION", path("log")},
                     {"AZCOPY_JOB_PLAN_LOCATION", path("plan")},
                     {"AZCOPY_DISABLE_SYSLOG", "true"},
                     {"AZCOPY_CONCURRENCY_VALUE", "4"}});
}

TEST_F(PseudonymsE2e, Rclone) {
  const auto program = environment("BLOBGAUGE_RCLONE");
  if (program.empty()) GTEST_SKIP() << "BLOBGAUGE_RCLONE is not set (tools/setup --print shows how)";
  const auto there = "az:" + container + "/" + folder;
  compare({{program, "copy", path("up"), there, "--azureblob-chunk-size=4Mi", "--metadata",
            "--metadata-set=projekt=" + metadata},
           {program, "lsf", "-R", "az:" + container},
           {program, "copy", there, path("down"), "--multi-thread-streams=0"}},
          {{"RCLONE_CONFIG", ""},
           {"RCLONE_CACHE_DIR", path("cache")},
           {"RCLONE_CONFIG_AZ_TYPE", "azureblob"},
           {"RCLONE_CONFIG_AZ_ACCOUNT", account},
           {"RCLONE_CONFIG_AZ_KEY", key}});
}

}  // namespace
}  // namespace blobgauge::redaction_test
