// `report serve`: the page from a local port, made anew for each visit, so that a run can be watched from a browser.
#include <iostream>

#include "cli/command.h"
#include "cli/report_input.h"
#include "model/text.h"
#include "reports/html.h"
#include "reports/html_element.h"
#include "wire/server.h"

namespace blobgauge::cli::report_serve_command {
namespace {

using model::Category;

struct Options {
  ReportInput input;
  std::uint16_t port = 0;
};

// A page of another site can make a browser ask any local port under a name of its own; it must learn nothing.
bool is_local(std::string_view host) {
  host = host.substr(0, host.rfind(':'));
  return host == "127.0.0.1" || model::iequals(host, "localhost");
}

wire::Task<> answer(wire::Transaction& request, const ReportInput& from) {
  model::Headers headers;
  headers.add("Content-Type", "text/html; charset=utf-8");
  headers.add("Cache-Control", "no-store");
  headers.add("X-Content-Type-Options", "nosniff");
  const auto& head = request.head();
  const auto asked = head.headers();
  int status = 200;
  std::string text;
  if (!is_local(asked.get("Host"))) {
    status = 403;
  } else if (head.method != "GET" && head.method != "HEAD") {
    status = 405;
    headers.add("Allow", "GET, HEAD");
  } else if (head.target != "/") {
    status = 404;
  } else if (const auto input = load_report_input(from)) {
    text = reports::to_html(*input, reports::make_overview(*input));
  } else {
    // The file may be on its way.
    status = 503;
    text = "<!doctype html><title>blobgauge</title><p>" + reports::html_text(describe(input.error())) + "\n";
  }
  (void)co_await request.respond(status, "", headers, text);
}

model::Result<int> run(const Options& options) {
  // A wrong name is said at once, not in the browser.
  BLOBGAUGE_CHECK(load_report_input(options.input));
  wire::Runtime runtime;
  wire::ServerOptions listen;
  listen.port = options.port;
  BLOBGAUGE_TRY(const auto server, wire::Server::start(runtime, listen, [&](wire::Transaction& request) {
                  return answer(request, options.input);
                }));
  auto interrupted = runtime.interrupted();
  // Whoever started us waits for this line.
  std::cout << "http://" << server->address() << "/" << std::endl;
  runtime.run(std::move(interrupted));
  runtime.run(server->stop(wire::Milliseconds(1000)));
  return 0;
}

const Command report_serve{
    "report serve",
    {"blobgauge report serve gateway=results.json", "blobgauge report serve results.json --port 8080"},
    [](CLI::App& app) -> Action {
      auto options = std::make_shared<Options>();
      app.add_option("RESULTS", options->input.results, "as of report html; read anew for each visit")->required();
      app.add_option("--spec", options->input.spec, "the spec of these results: adds figures per client");
      app.add_option("--port", options->port, "of this machine's loopback address; 0 takes a free one")
          ->capture_default_str();
      return [options] { return run(*options); };
    }};

}  // namespace
}  // namespace blobgauge::cli::report_serve_command
