#include "endpoint/server.h"

#include <gmock/gmock.h>

#include <atomic>

#include "endpoint/bench.h"
#include "model/text.h"
#include "wire/client.h"

namespace blobgauge::endpoint {
namespace {

struct Reply {
  int status = 0;
  model::Headers headers;
  std::string body;
};

// An endpoint on a free port, and a client that signs.
class Served {
 public:
  explicit Served(ServerOptions options = {})
      : endpoint(Endpoint::start(runtime, std::move(options)).value()),
        credential{std::string(default_account), wire::AccountKey::parse(default_key).value()} {}

  wire::Task<Reply> send(std::string method, std::string target, model::Headers headers, std::string body) {
    wire::ClientRequest request;
    request.destination.host = "127.0.0.1";
    request.destination.port = endpoint->port();
    request.method = method;
    request.target = "/devstoreaccount1" + target;
    request.headers = std::move(headers);
    request.headers.add("Host", "127.0.0.1:" + std::to_string(endpoint->port()));
    request.headers.add("x-ms-version", "2025-01-05");
    request.headers.add("x-ms-date", http_date(moment_of(std::chrono::system_clock::now())));
    if (method == "PUT") request.headers.add("Content-Length", std::to_string(body.size()));
    request.headers.add("Authorization",
                        wire::shared_key_authorization(method, model::parse_target(request.target).value(),
                                                       request.headers, credential));
    request.body = std::move(body);
    auto response = co_await client.send(std::move(request));
    Reply out;
    if (!response) co_return out;
    out.status = response->head.status;
    out.headers = response->head.headers();
    auto all = co_await response->read_all();
    out.body = all ? *all : "";
    co_return out;
  }
  Reply call(std::string method, std::string target, model::Headers headers = {}, std::string body = {}) {
    return runtime.run(send(std::move(method), std::move(target), std::move(headers), std::move(body)));
  }
  std::string address() const { return "http://127.0.0.1:" + std::to_string(endpoint->port()) + "/devstoreaccount1"; }
  std::string sas() {
    auto sas =
        wire::Sas().set("sv", "2024-08-04").set("ss", "b").set("srt", "sco").set("sp", "r").set("se", "2099-01-01");
    wire::sign_sas(sas, {std::string(default_account), "", "", ""}, credential.key);
    return sas.token();
  }

  wire::Runtime runtime;
  std::unique_ptr<Endpoint> endpoint;
  wire::Client client;
  wire::Credential credential;
};

const model::Headers block_blob{{"x-ms-blob-type", "BlockBlob"}};

std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i * 31 + i / 251);
  return out;
}

TEST(Endpoint, KeepsLargeBlobsThroughSpill) {
  ServerOptions options;
  options.spill.memory = 1 << 20;
  Served served(options);
  EXPECT_EQ(served.call("PUT", "/box?restype=container").status, 201);
  const auto data = pattern((5 << 20) + 123);
  const auto put = served.call("PUT", "/box/x", block_blob, data);
  EXPECT_EQ(put.status, 201);
  EXPECT_EQ(put.headers.get("Content-MD5"), digest(data).md5);
  EXPECT_EQ(served.call("GET", "/box/x").body, data);
  const auto part = served.call("GET", "/box/x", {{"Range", "bytes=1048000-3000000"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, data.substr(1048000, 3000000 - 1048000 + 1));
  const auto head = served.call("HEAD", "/box/x");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.get("Content-Length"), std::to_string(data.size()));
}

TEST(Endpoint, FramesItsAnswersAsTheServiceDoes) {
  Served served;
  auto reply = served.call("PUT", "/box?restype=container");
  EXPECT_EQ(reply.headers.get("Content-Length"), "0");
  EXPECT_FALSE(reply.headers.has("Content-Type"));
  reply = served.call("GET", "/box?restype=container&comp=list");
  EXPECT_EQ(reply.headers.get("Transfer-Encoding"), "chunked");
  EXPECT_FALSE(reply.headers.has("Content-Length"));
  reply = served.call("HEAD", "/box/none");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(reply.headers.get("Transfer-Encoding"), "chunked");
  EXPECT_FALSE(reply.headers.has("Content-Length"));
  reply = served.call("GET", "/box/none");
  EXPECT_EQ(reply.headers.get("Content-Length"), std::to_string(reply.body.size()));
  const auto put = served.call("PUT", "/box/x", block_blob, "1");
  reply = served.call("GET", "/box/x", {{"If-None-Match", std::string(put.headers.get("ETag"))}});
  EXPECT_EQ(reply.status, 304);
  EXPECT_EQ(reply.headers.get("Content-Length"), "0");
  reply = served.call("PUT", "/box/x?comp=tags", {}, "<Tags><TagSet></TagSet></Tags>");
  EXPECT_EQ(reply.status, 204);
  EXPECT_FALSE(reply.headers.has("Content-Length"));
  EXPECT_FALSE(reply.headers.has("Transfer-Encoding"));
}

TEST(Endpoint, ReadsItsOwnBlobsWithoutAConnection) {
  ServerOptions options;
  options.aliases = {"devstoreaccount1.blob.*"};
  Served served(options);
  served.call("PUT", "/box?restype=container");
  served.call("PUT", "/box/x", block_blob, "content");
  // The second name would lead to the real service, if anywhere.
  for (const std::string& source : {served.address() + "/box/x?" + served.sas(),
                                    "https://devstoreaccount1.blob.core.windows.net/box/x?" + served.sas()}) {
    auto headers = block_blob;
    headers.add("x-ms-copy-source", source);
    EXPECT_EQ(served.call("PUT", "/box/y", headers).status, 201) << source.substr(0, source.find('?'));
    EXPECT_EQ(served.call("GET", "/box/y").body, "content");
    EXPECT_EQ(served.call("DELETE", "/box/y").status, 202);
  }
}

TEST(Endpoint, FetchesFromAnotherEndpoint) {
  Served served;
  auto other = Endpoint::start(served.runtime, {}).value();
  served.call("PUT", "/box?restype=container");
  const auto own = served.endpoint->port();
  std::swap(served.endpoint, other);
  served.call("PUT", "/far?restype=container");
  const auto data = pattern(300000);
  served.call("PUT", "/far/x", {{"x-ms-blob-type", "BlockBlob"}, {"x-ms-meta-a", "1"}}, data);
  const auto source = served.address() + "/far/x?" + served.sas();
  std::swap(served.endpoint, other);
  ASSERT_EQ(served.endpoint->port(), own);
  auto headers = block_blob;
  headers.add("x-ms-copy-source", source);
  EXPECT_EQ(served.call("PUT", "/box/y", headers).status, 201);
  EXPECT_EQ(served.call("GET", "/box/y").body, data);
  EXPECT_EQ(served.call("HEAD", "/box/y").headers.get("x-ms-meta-a"), "1");
  EXPECT_EQ(served
                .call("PUT", "/box/z?comp=block&blockid=AAAA",
                      {{"x-ms-copy-source", source}, {"x-ms-source-range", "bytes=1000-1999"}})
                .status,
            201);
  served.call("PUT", "/box/z?comp=blocklist", {}, "<BlockList><Latest>AAAA</Latest></BlockList>");
  EXPECT_EQ(served.call("GET", "/box/z").body, data.substr(1000, 1000));
  headers.set("x-ms-copy-source", source.substr(0, source.find('?')) + "none?" + served.sas());
  const auto failed = served.call("PUT", "/box/y", headers);
  EXPECT_EQ(failed.status, 404);
  EXPECT_EQ(failed.headers.get("x-ms-copy-source-error-code"), "BlobNotFound");
}

TEST(Endpoint, ServesManyAtOnce) {
  ServerOptions options;
  options.spill.memory = 256 << 10;
  Served served(options);
  served.call("PUT", "/box?restype=container");
  int good = 0, left = 0;
  wire::Event done;
  const auto one = [&](int i) -> wire::Task<> {
    const auto data = pattern(static_cast<std::size_t>(20000 + i * 997));
    const auto target = "/box/" + std::to_string(i);
    const auto put = co_await served.send("PUT", target, block_blob, data);
    const auto get = co_await served.send("GET", target, {}, {});
    good += put.status == 201 && get.body == data;
    if (--left == 0) done.set();
  };
  for (int i = 0; i < 40; ++i) {
    ++left;
    served.runtime.spawn(one(i));
  }
  served.runtime.run(done.wait());
  EXPECT_EQ(good, 40);
}

TEST(Endpoint, AnUploadThatBreaksOffChangesNothing) {
  Served served;
  served.call("PUT", "/box?restype=container");
  served.call("PUT", "/box/x", block_blob, "kept");
  const auto cut = [&]() -> wire::Task<> {
    wire::Destination there;
    there.host = "127.0.0.1";
    there.port = served.endpoint->port();
    auto stream = co_await wire::connect(there);
    model::Headers headers{{"Host", "h"}, {"x-ms-version", "2025-01-05"}, {"x-ms-blob-type", "BlockBlob"}};
    headers.add("Content-Length", "10");
    const auto url = model::parse_target("/devstoreaccount1/box/x?" + std::string("a=b")).value();
    headers.add("x-ms-date", http_date(moment_of(std::chrono::system_clock::now())));
    headers.add("Authorization", wire::shared_key_authorization("PUT", url, headers, served.credential));
    const auto head = wire::make_request_head("PUT", url.target(), headers).value();
    co_await (*stream)->write(head, "half");
    co_await (*stream)->finish();
    char byte;
    co_await (*stream)->read_some({&byte, 1});  // until the endpoint has seen the end
  };
  served.runtime.run(cut());
  EXPECT_EQ(served.call("GET", "/box/x").body, "kept");
}

TEST(Server, RunsOnAThreadOfItsOwn) {
  const auto server = Server::start({}).value();
  wire::Runtime runtime;
  wire::Client client;
  wire::ClientRequest request;
  request.destination.host = "127.0.0.1";
  request.destination.port = server->port();
  request.target = "/devstoreaccount1?comp=list";
  request.headers = {{"Host", "127.0.0.1"}};
  const auto response = runtime.run(client.send(std::move(request)));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->head.status, 404);  // nobody said who asks
}

TEST(Endpoint, SaysWhyItCannotStart) {
  wire::Runtime runtime;
  ServerOptions options;
  options.accounts = {{"a", "*"}};
  EXPECT_FALSE(Endpoint::start(runtime, options));
  Served served;
  options = {};
  options.port = served.endpoint->port();
  const auto taken = Endpoint::start(runtime, options);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().category, model::Category::usage);
}

}  // namespace
}  // namespace blobgauge::endpoint
