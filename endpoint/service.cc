#include "endpoint/service.h"

#include "endpoint/authorization.h"
#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

// Features that change what an operation means: to pass over them would answer another question than was asked.
Outcome<void> refuse_unknown_features(const Request& request) {
  static constexpr std::string_view headers[] = {
      "x-ms-encryption-key", "x-ms-encryption-scope", "x-ms-source-encryption-key",
      "x-ms-if-tags",        "x-ms-source-if-tags",   "x-ms-immutability-policy-until-date",
      "x-ms-legal-hold",     "x-ms-expiry-option",    "x-ms-structured-body",
      "x-ms-seal-blob"};
  for (const auto name : headers)
    if (!request.header(name).empty()) return refuse(not_here(name));
  // Only a token can be given for the source; a signature could not fit the read that the service makes of it.
  const auto source = request.header("x-ms-copy-source-authorization");
  if (!source.empty() && !model::iequals(source.substr(0, 7), "Bearer "))
    return refuse(bad_header("x-ms-copy-source-authorization", "REDACTED"));
  if (!request.parameter("versionid").empty()) return refuse(not_here("versions of blobs"));
  return {};
}

Outcome<void> check_length(const Request& request, const Route& route) {
  if (request.method != "PUT" && request.method != "POST") return {};
  if (!request.headers.has("Content-Length")) {
    if (passes_over(request, "length")) return {};
    auto wrong = refusal(errors::missing_content_length, {{"HeaderName", "Content-Length"}});
    return refuse(std::move(wrong));
  }
  const auto length = model::parse_number(request.header("Content-Length")).value_or(0);
  constexpr std::uint64_t mebi = 1u << 20;
  const bool large = request.version >= "2019-12-12", middle = request.version >= "2016-05-31";
  std::uint64_t limit = 4 * mebi;
  if (route.name == "Put Blob (block)") limit = (large ? 5000 : middle ? 256 : 64) * mebi;
  if (route.name == "Put Block") limit = (large ? 4000 : middle ? 100 : 4) * mebi;
  if (route.name == "Put Block List") limit = 16 * mebi;
  if (length > limit) return refuse(errors::request_too_large, {{"MaxLimit", std::to_string(limit)}});
  return {};
}

}  // namespace

bool Service::switched_off(const Route& route, const Request& request) const {
  return request.grant.kind != Grant::Kind::bearer && model::matches_any(without_, route.name);
}

Outcome<const Route*> Service::prepare(Request& request) { return prepare(request, false); }

Outcome<const Route*> Service::prepare(Request& request, bool is_source_read) {
  if (request.request_id.empty()) request.request_id = new_guid();
  request.version = highest_version;
  request.query = wire::service_query(request.url.query);
  const auto now = store_.clock.now();
  BLOBGAUGE_TRY(request.address, parse_address(request.authority, request.url.path, request.has_parameter("restype")));
  if (!faults_.empty()) {
    const auto named = find_route(request);
    request.faults = faults_met(faults_, request, named ? (*named)->name : std::string_view{}, is_source_read);
  }
  BLOBGAUGE_CHECK(authenticate(request, store_, now));
  BLOBGAUGE_CHECK(change_request(request));
  if (request.method == "OPTIONS") return refuse(not_here("CORS"));
  if (!request.parameter("snapshot").empty() && !parse_iso_time(request.parameter("snapshot"))) {
    auto wrong = bad_query("snapshot", request.parameter("snapshot"));
    wrong.in_front = true;
    wrong.echo = false;
    return refuse(std::move(wrong));
  }
  BLOBGAUGE_TRY(const Route* route, find_route(request));
  BLOBGAUGE_CHECK(permit(request, *route, store_, now));
  if (!route->operation || switched_off(*route, request)) return refuse(not_here(route->name));
  if (request.address.level() != Level::service && route->name != "Get Account Information")
    BLOBGAUGE_CHECK(check_container_name(request.address.container));
  BLOBGAUGE_CHECK(refuse_unknown_features(request));
  BLOBGAUGE_CHECK(check_length(request, *route));
  return route;
}

Answer Service::run(const Route& route, const Request& request, const CopySource* source) {
  Account* account = store_.account(request.address.account);
  Request other;  // the request as a fault changes it
  if (!request.faults.empty()) {
    other = request;
    if (const auto changed = change_body(other, store_.contents); !changed) return error(request, changed.error());
  }
  Call call{store_, *account, request.faults.empty() ? request : other, source, store_.clock.now()};
  auto result = route.operation(call);
  if (!result) return error(request, result.error());
  auto out = completed(std::move(*result), request, store_.clock.now());
  change_answer(request, out);
  return out;
}

Answer Service::error(const Request& request, const Refusal& refusal) const {
  auto out = error_answer(refusal, request, store_.clock.now());
  change_answer(request, out);
  return out;
}

Answer Service::answer(Request request) {
  const auto route = prepare(request);
  return route ? run(**route, request) : error(request, route.error());
}

CopySource Service::read_own(const model::Url& url, const Request& request, const Route& route) {
  Request read;
  read.method = "GET";
  read.url = url;
  read.authority = url.authority();
  read.headers = source_read_headers(request);
  read.headers.add("x-ms-version", request.version);
  read.client_address = request.client_address;
  read.secure = url.scheme == "https";
  CopySource out;
  const auto failed = [&](const Refusal& why) {
    out.status = why.status;
    out.code = why.code;
    out.message = why.message;
    return out;
  };
  auto found = prepare(read, true);
  out.same_account = read.address.account == request.address.account;
  // A source of the same account is open to whoever holds its key, for the asynchronous copy alone.
  const bool trusted = out.same_account && route.name == "Copy Blob" && request.grant.kind == Grant::Kind::shared_key &&
                       read.grant.kind == Grant::Kind::anonymous;
  if (!found && !trusted) return failed(found.error());
  if (!found) {
    if (read.address.level() != Level::blob) return failed(refusal(errors::blob_not_found));
    read.grant.kind = Grant::Kind::shared_key;
  } else if ((*found)->operation != get_blob) {
    return failed(refusal(errors::invalid_uri));
  }
  Account* account = store_.account(read.address.account);
  Call call{store_, *account, read, nullptr, store_.clock.now()};
  auto result = get_blob(call);
  if (!result) return failed(result.error());
  out.status = result->status;
  out.headers = std::move(result->headers);
  out.content = std::move(*result->content);
  const auto& entry = account->containers.find(read.address.container)->second.blobs.find(read.address.blob)->second;
  const auto snapshot = entry.snapshots.find(read.parameter("snapshot"));
  const Blob& blob = snapshot == entry.snapshots.end() ? *entry.current : snapshot->second;
  out.tags = blob.tags;
  if (out.content.size() == blob.content.size()) out.blocks = blob.blocks;
  return out;
}

model::Headers source_read_headers(const Request& request) {
  model::Headers out;
  constexpr std::string_view prefix = "x-ms-source-if-";
  for (const auto& field : request.headers)
    if (model::lower(field.name).starts_with(prefix)) out.add("If-" + field.name.substr(prefix.size()), field.value);
  if (const auto range = request.header("x-ms-source-range"); !range.empty()) out.add("x-ms-range", std::string(range));
  if (const auto token = request.header("x-ms-copy-source-authorization"); !token.empty())
    out.add("Authorization", std::string(token));
  return out;
}

}  // namespace blobgauge::endpoint
