#pragma once
// For tests: a service with one account, and requests that are signed as a client would. No sockets.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "endpoint/service.h"
#include "model/text.h"
#include "wire/sign.h"

namespace blobgauge::endpoint {

// A clock that stands still until a test moves it.
struct Hands {
  std::chrono::system_clock::time_point now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 22);
};

class Bench {
 public:
  explicit Bench(SpillOptions spill = {}) : store(std::move(spill), [this] { return hands.now; }), service(store) {
    std::string bytes(64, 'k');
    key = wire::AccountKey::parse(model::base64(bytes)).value();
    store.accounts["acct"].keys.push_back(*key);
  }

  // Path style, signed with the account key. `headers` may say anything, x-ms-version too.
  Request request(std::string method, const std::string& target, model::Headers headers = {}, std::string body = {}) {
    Request out;
    out.method = std::move(method);
    out.url = model::parse_target("/acct" + target).value();
    out.authority = "127.0.0.1:10000";
    out.client_address = "127.0.0.1";
    out.headers = std::move(headers);
    if (!out.headers.has("x-ms-version")) out.headers.add("x-ms-version", "2025-01-05");
    out.headers.add("x-ms-date", http_date(moment_of(hands.now)));
    if (out.method == "PUT" || out.method == "POST") out.headers.set("Content-Length", std::to_string(body.size()));
    give_body(out, body);
    return out;
  }
  void sign(Request& request) {
    request.headers.set("Authorization",
                        wire::shared_key_authorization(request.method, request.url, request.headers, {"acct", *key}));
  }
  void give_body(Request& request, std::string_view body) {
    auto writer = store.contents.writer();
    EXPECT_TRUE(writer.append(body));
    request.body = {writer.finish().value(), digest(body)};
  }

  Answer call(std::string method, const std::string& target, model::Headers headers = {}, std::string body = {}) {
    auto out = request(std::move(method), target, std::move(headers), std::move(body));
    sign(out);
    return service.answer(std::move(out));
  }
  // With a copy source that this service itself holds; `source` is path, query and SAS.
  Answer copy(const std::string& target, const std::string& source, model::Headers headers) {
    headers.add("x-ms-copy-source", "http://127.0.0.1:10000/acct" + source);
    auto out = request("PUT", target, std::move(headers));
    sign(out);
    const auto route = service.prepare(out);
    if (!route) return service.error(out, route.error());
    auto read = service.read_own(model::parse_url(out.header("x-ms-copy-source")).value(), out, **route);
    read.digests = digest(bytes(read.content));
    return service.run(**route, out, &read);
  }
  // A SAS for the whole account that permits everything.
  std::string account_sas(std::string permissions = "rwdlactx") {
    auto sas = wire::Sas().set("sv", "2024-08-04").set("ss", "b").set("srt", "sco").set("sp", permissions);
    sas.set("se", "2030-01-01");
    wire::sign_sas(sas, {"acct", "", "", ""}, *key);
    return sas.token();
  }
  static std::string bytes(const Content& content) {
    std::string out(content.size(), '\0');
    EXPECT_TRUE(content.read(0, out));
    return out;
  }
  static std::string bytes(const Answer& answer) { return answer.content ? bytes(*answer.content) : answer.text; }

  // The usual beginning.
  void make(const std::string& container) {
    EXPECT_EQ(call("PUT", "/" + container + "?restype=container").status, 201);
  }
  Answer put(const std::string& target, std::string body, model::Headers headers = {}) {
    headers.add("x-ms-blob-type", "BlockBlob");
    return call("PUT", target, std::move(headers), std::move(body));
  }

  Hands hands;
  Store store;
  Service service;
  std::optional<wire::AccountKey> key;
};

inline std::string code(const Answer& answer) { return std::string(answer.headers.get("x-ms-error-code")); }

}  // namespace blobgauge::endpoint
