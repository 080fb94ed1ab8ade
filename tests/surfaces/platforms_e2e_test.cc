// shows: platform-files
//
// `analyze go --goos`: a program with files of one platform only, read for two.
#include <gtest/gtest.h>

#include <cstdlib>

#include "model/file.h"
#include "model/process.h"
#include "model/surface.h"
#include "model/temporary.h"

namespace blobgauge {
namespace {

constexpr auto program = R"(package main

import (
	"net/http"
	"os"
)

type client struct{ endpoint string }

func main() {
	c := &client{os.Args[1]}
	if err := c.put(); err != nil {
		os.Exit(1)
	}
	if err := more(c); err != nil {
		os.Exit(1)
	}
}

func (c *client) put() error {
	req, err := http.NewRequest("PUT", c.endpoint, nil)
	if err != nil {
		return err
	}
	q := req.URL.Query()
	q.Set("comp", "block")
	q.Set("blockid", os.Args[2])
	req.URL.RawQuery = q.Encode()
	req.Header["x-ms-version"] = []string{"2025-07-05"}
	mark(req)
	_, err = http.DefaultClient.Do(req)
	return err
}
)";

constexpr auto posix = R"(package main

import "net/http"

func mark(req *http.Request) { req.Header["x-ms-lease-id"] = []string{"posix"} }

func more(c *client) error {
	req, err := http.NewRequest("DELETE", c.endpoint, nil)
	if err != nil {
		return err
	}
	req.Header["x-ms-version"] = []string{"2025-07-05"}
	_, err = http.DefaultClient.Do(req)
	return err
}
)";

constexpr auto windows = R"(package main

import "net/http"

func mark(req *http.Request) {}

func more(c *client) error { return nil }
)";

constexpr auto client = R"(format: 1
client: app
language: go
module: example.org/app
packages: [.]
uses: []
requests:
  - {function: net/http.NewRequest, method: 0, endpoint: 1}
same:
  - {function: (*net/http.Client).Do, argument: 1}
roots:
  - {package: example.org/app, functions: [main]}
scope: [example.org/app]
paths:
  example.org/app.client.endpoint: /{container}/{blob}
)";

model::Result<model::ProcessOutcome> analyze(const std::string& folder, std::vector<std::string> more) {
  model::ProcessRequest request;
  request.command = {BLOBGAUGE_PROGRAM, "analyze", "go", "--dir", folder, "--client", folder + "/client.yaml"};
  request.command.insert(request.command.end(), more.begin(), more.end());
  request.environment = {{"XDG_CACHE_HOME", folder + "/cache"}};
  if (const char* home = std::getenv("HOME"))
    request.environment.emplace_back("GOCACHE", std::string(home) + "/.cache/go-build");
  request.folder = BLOBGAUGE_SOURCE_DIR;
  request.time_limit = std::chrono::seconds{200};
  return model::run_process(request);
}

TEST(Platforms, MarkWhatOnlyOneHas) {
  if (!std::getenv("BLOBGAUGE_GO_FRONTEND")) GTEST_SKIP() << "the Go front end is not set (tools/setup --print)";
  const auto scratch = model::TemporaryFolder::create();
  ASSERT_TRUE(scratch);
  const auto& folder = scratch->path();
  ASSERT_TRUE(model::write_file(folder + "/go.mod", "module example.org/app\n\ngo 1.23\n"));
  ASSERT_TRUE(model::write_file(folder + "/main.go", program));
  ASSERT_TRUE(model::write_file(folder + "/more_linux.go", posix));
  ASSERT_TRUE(model::write_file(folder + "/more_windows.go", windows));
  ASSERT_TRUE(model::write_file(folder + "/client.yaml", client));
  const auto refused = analyze(folder, {"--goos", "linux,windows", "--facts", folder + "/facts"});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->exit_code, 2) << refused->err;
  const auto out = folder + "/union.yaml";
  const auto ran = analyze(folder, {"--goos", "linux,windows", "-o", out});
  ASSERT_TRUE(ran);
  ASSERT_EQ(ran->exit_code, 0) << ran->err;
  const auto surface = model::load_surface(out);
  ASSERT_TRUE(surface) << describe(surface.error());
  using Set = std::set<std::string>;
  EXPECT_EQ(surface->platforms, (Set{"linux/amd64", "windows/amd64"}));
  ASSERT_TRUE(surface->operations.count("Put Block"));
  const auto& block = surface->operations.at("Put Block");
  EXPECT_EQ(block.platforms, Set());
  EXPECT_EQ(block.request_headers.at("x-ms-version").presence, model::Presence::always);
  EXPECT_EQ(block.request_headers.at("x-ms-version").platforms, Set());
  EXPECT_EQ(block.request_headers.at("x-ms-lease-id").presence, model::Presence::conditional);
  EXPECT_EQ(block.request_headers.at("x-ms-lease-id").platforms, Set{"linux/amd64"});
  ASSERT_TRUE(surface->operations.count("Delete Blob"));
  EXPECT_EQ(surface->operations.at("Delete Blob").platforms, Set{"linux/amd64"});
}

}  // namespace
}  // namespace blobgauge
