// The owner of an endpoint that is only half there, with a route of its own: owner URL VARIABLE make NAME,
// owner URL VARIABLE load FOLDER, owner URL VARIABLE remove FOLDER. The variable holds a bearer token.
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "model/file.h"
#include "model/url.h"
#include "wire/client.h"
#include "wire/runtime.h"

namespace blobgauge {
namespace {

class Owner {
 public:
  Owner(const std::string& url, std::string token) : url_(*model::parse_url(url)), token_(std::move(token)) {}

  int send(std::string method, const std::string& target, model::Headers headers, std::string body) {
    wire::ClientRequest request;
    request.destination.host = url_.host;
    request.destination.port = url_.effective_port();
    request.method = std::move(method);
    request.target = url_.path + target;
    request.headers = std::move(headers);
    request.headers.add("Host", url_.authority());
    request.headers.add("Authorization", "Bearer " + token_);
    request.headers.add("x-ms-version", "2023-11-03");
    if (request.method == "PUT") request.headers.add("Content-Length", std::to_string(body.size()));
    request.body = std::move(body);
    return runtime_.run([](wire::Client& client, wire::ClientRequest& message) -> wire::Task<int> {
      auto answer = co_await client.send(std::move(message));
      if (!answer) co_return 0;
      (void)co_await answer->read_all();
      co_return answer->head.status;
    }(client_, request));
  }

 private:
  wire::Runtime runtime_;
  wire::Client client_;
  const model::Url url_;
  const std::string token_;
};

// Statuses of 400 and more are complained about; to remove what is gone is fine.
int each(Owner& owner, const std::string& action, const std::string& folder) {
  std::ifstream manifest(folder + "/manifest.jsonl");
  if (!manifest) return 1;
  for (std::string line; std::getline(manifest, line);) {
    const auto entry = nlohmann::json::parse(line);
    const bool blob = entry.contains("blob");
    auto target = "/" + std::string(entry["container"]);
    target += blob ? "/" + model::percent_encode(std::string(entry["blob"])) : "?restype=container";
    model::Headers headers;
    std::string body;
    if (blob && action == "load") {
      body = *model::read_file(folder + "/" + std::string(entry["file"]));
      for (const auto& [name, value] : entry["headers"].items()) headers.add(name, value);
    }
    const int status = owner.send(action == "load" ? "PUT" : "DELETE", target, headers, body);
    if (status >= 400 && action == "load") {
      std::cerr << "not loaded: " << target << ": " << status << "\n";
      return 1;
    }
  }
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  const char* token = arguments.size() == 4 ? std::getenv(arguments[1].c_str()) : nullptr;
  if (!token) return 2;
  Owner owner(arguments[0], token);
  if (arguments[2] == "make")
    return owner.send("PUT", "/" + arguments[3] + "?restype=container", {}, {}) == 201 ? 0 : 1;
  return each(owner, arguments[2], arguments[3]);
}

}  // namespace
}  // namespace blobgauge

int main(int argc, char** argv) { return blobgauge::run({argv + 1, argv + argc}); }
