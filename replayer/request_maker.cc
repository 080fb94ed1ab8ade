#include "replayer/request_maker.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "model/text.h"
#include "model/url.h"
#include "replayer/judge.h"
#include "wire/sign_sas.h"

namespace blobgauge::replayer {
namespace {

using model::Category;
using model::fail;
using model::Result;
using model::Status;
using std::chrono::system_clock;

constexpr int most_signatures = 1000;  // tried to get one with given characters; one in four has both of two
constexpr std::string_view wrong_key = "d3Jvbmcga2V5";
// In the suite's SAS: no field, but the key that signs it in place of the account's.
constexpr std::string_view signed_by = "signed_by";
// The same: all letters that a SAS of this kind may have, in the order in which the service wants them.
constexpr std::string_view all_letters = "letters";

std::pair<std::string_view, std::string_view> first_word(std::string_view text) {
  const auto space = text.find(' ');
  return {text.substr(0, space), space == std::string_view::npos ? std::string_view{} : text.substr(space + 1)};
}

// "", "3600" or "-3600".
Result<std::chrono::seconds> offset(std::string_view text) {
  const bool minus = text.starts_with('-');
  const auto number = text.empty() ? std::optional<std::uint64_t>(0) : model::parse_number(text.substr(minus ? 1 : 0));
  if (!number) return fail(Category::input, fmt::format("'{}' is no number of seconds", text));
  const std::chrono::seconds seconds(static_cast<std::int64_t>(*number));
  return minus ? -seconds : seconds;
}

std::string uuid() {
  static thread_local std::mt19937_64 random{std::random_device{}()};
  const auto a = (random() & ~0xf000ull) | 0x4000ull;
  const auto b = (random() >> 2) | (1ull << 63);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", a >> 32, (a >> 16) & 0xffff, a & 0xffff, b >> 48,
                     b & 0xffffffffffffull);
}

}  // namespace

std::string without_secrets(std::string text, const std::vector<std::string>& secrets) {
  for (const auto& secret : secrets)
    if (const auto at = text.find(secret); !secret.empty() && at != std::string::npos)
      text.replace(at, secret.size(), "REDACTED");
  return text;
}

RequestMaker::RequestMaker(const Suite& suite, const model::Profile& profile, Credentials credentials, std::string auth,
                           Clock clock)
    : suite_(suite),
      profile_(profile),
      credentials_(std::move(credentials)),
      wrong_{credentials_.key.account, *wire::AccountKey::parse(wrong_key)},
      auth_(std::move(auth)),
      clock_(std::move(clock)) {}

Result<std::string> RequestMaker::sas_token(std::string_view kind, std::string_view letters, std::string_view target,
                                            const Scope& scope, const wire::AccountKey& key) const {
  const auto found = suite_.sas.find(kind);
  if (found == suite_.sas.end())
    return fail(Category::input, fmt::format("the suite has no SAS '{}'", kind), "see 'sas' in suite.yaml");
  Scope inner = scope;
  std::string chosen(letters);
  wire::Sas sas;
  std::optional<wire::AccountKey> other_key;
  if (letters.size() > 1 && letters.front() == '-') {
    const auto all = std::find_if(found->second.begin(), found->second.end(),
                                  [](const auto& field) { return field.first == all_letters; });
    if (all == found->second.end())
      return fail(Category::input, fmt::format("the SAS '{}' has no list of all its letters", kind),
                  "add 'letters' to it in suite.yaml");
    chosen = all->second;
    std::erase_if(chosen, [&](char letter) { return letters.find(letter) != std::string_view::npos; });
  }
  inner.values["letters"] = chosen;
  for (const auto& [field, value] : found->second) {
    if (field == all_letters) continue;
    BLOBGAUGE_TRY(const auto text, expand(value, inner));
    if (field == signed_by) {
      // What is no key signs as it stands, and the endpoint that gave it out refuses what comes of it.
      const auto given = wire::AccountKey::parse(text);
      other_key = given ? *given : *wire::AccountKey::parse(model::base64(text));
    } else {
      sas.set(field, text);
    }
  }
  // A SAS with a wrong signature has it whatever was to sign it.
  const bool wrong = &key == &wrong_.key;
  const auto& signer = other_key && !wrong ? *other_key : key;
  // "/container/a/b" of the account: the first part is the container, the rest the blob.
  const auto path = target.substr(1, target.find('?') - 1);
  const auto slash = path.find('/');
  wire::SasResource resource;
  resource.account = profile_.account;
  resource.container = model::percent_decode(path.substr(0, slash));
  if (slash != std::string_view::npos) resource.blob = model::percent_decode(path.substr(slash + 1));
  // `sig` in the suite asks for a signature with these characters: one is found by moving the end of the token.
  const auto wanted = sas.get("sig");
  for (int more = 0; more < most_signatures; ++more) {
    sas.set("sig", "");
    wire::sign_sas(sas, resource, signer);
    const auto signature = sas.get("sig");
    if (std::all_of(wanted.begin(), wanted.end(), [&](char c) { return signature.find(c) != std::string::npos; }))
      return sas.token();
    const auto end = wire::parse_sas_time(sas.get("se"));
    if (!end) break;
    sas.set("se", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", *end + std::chrono::seconds(1)));
  }
  return fail(Category::input, fmt::format("no signature of SAS '{}' has all of '{}'", kind, wanted));
}

Result<std::string> RequestMaker::signed_url(std::string_view argument, const Scope& scope) const {
  const auto [kind, rest] = first_word(argument);
  const auto [letters, target] = first_word(rest);
  if (!target.starts_with('/')) return fail(Category::input, "write ${signed KIND LETTERS /TARGET}");
  BLOBGAUGE_TRY(const auto token, sas_token(kind, letters, target, scope, credentials_.key.key));
  return profile_.source(target) + (target.find('?') == std::string_view::npos ? '?' : '&') + token;
}

void RequestMaker::equip(Scope& scope) const {
  scope.values["account"] = profile_.account;
  scope.values["version"] = profile_.api_version;
  scope.values["id"] = uuid();
  if (!credentials_.token.empty()) scope.values["token"] = credentials_.token;
  auto& functions = scope.functions;
  functions["date"] = [this](std::string_view argument) -> Result<std::string> {
    BLOBGAUGE_TRY(const auto seconds, offset(argument));
    return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(system_clock::to_time_t(clock_() + seconds)));
  };
  functions["utc"] = [this](std::string_view argument) -> Result<std::string> {
    BLOBGAUGE_TRY(const auto seconds, offset(argument));
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(system_clock::to_time_t(clock_() + seconds)));
  };
  functions["uuid"] = [](std::string_view) -> Result<std::string> { return uuid(); };
  functions["url"] = [this](std::string_view target) -> Result<std::string> { return profile_.source(target); };
  // "KIND LETTERS /TARGET" -> the SAS alone, for another target than it was made for.
  functions["sas"] = [this, &scope](std::string_view argument) -> Result<std::string> {
    const auto [kind, rest] = first_word(argument);
    const auto [letters, target] = first_word(rest);
    if (!target.starts_with('/')) return fail(Category::input, "write ${sas KIND LETTERS /TARGET}");
    return sas_token(kind, letters, target, scope, credentials_.key.key);
  };
  functions["signed"] = [this, &scope](std::string_view argument) -> Result<std::string> {
    return signed_url(argument, scope);
  };
  const auto digest_of_text = [](auto digest) {
    return [digest](std::string_view text) -> Result<std::string> {
      Content content;
      content.add_text(std::string(text));
      return digest(content);
    };
  };
  functions["md5"] = digest_of_text(md5_base64);
  functions["crc64"] = digest_of_text(crc64_base64);
  functions["repeat"] = [](std::string_view argument) -> Result<std::string> {
    const auto [count, text] = first_word(argument);
    const auto number = model::parse_number(count);
    if (!number || *number > 1'000'000) return fail(Category::input, "write ${repeat COUNT TEXT}, up to a million");
    std::string out;
    for (std::uint64_t i = 0; i < *number; ++i) out += text;
    return out;
  };
  functions["unquote"] = [](std::string_view text) -> Result<std::string> {
    const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    return std::string(quoted ? text.substr(1, text.size() - 2) : text);
  };
  functions["base64"] = [](std::string_view text) -> Result<std::string> { return model::base64(text); };
  functions["encode"] = [](std::string_view text) -> Result<std::string> { return model::percent_encode(text); };
}

void RequestMaker::equip_as(std::string_view name, Scope& scope) const {
  const std::string other(name);
  Scope own;
  equip(own);
  scope.values[other + "_account"] = profile_.account;
  scope.functions[other + "_url"] = own.functions.at("url");
  scope.functions[other + "_signed"] = [this, &scope](std::string_view argument) -> Result<std::string> {
    return signed_url(argument, scope);
  };
}

Status RequestMaker::authorize(const RequestTemplate& request, const Scope& scope, Outgoing& out) const {
  std::string_view kind = request.auth.empty() ? std::string_view(auth_) : request.auth;
  const bool wrong = kind.starts_with("wrong ");
  if (wrong) kind.remove_prefix(6);
  const auto& credential = wrong ? wrong_ : credentials_.key;
  const auto in_query = [&](std::string token) {
    out.target += (out.target.find('?') == std::string::npos ? '?' : '&') + token;
    out.secrets.push_back(std::move(token));
  };
  if (kind == "none") return {};
  if (kind == "bearer" || kind == "given sas") {
    const bool bearer = kind == "bearer";
    auto text = bearer ? credentials_.token : credentials_.sas;
    if (text.empty()) return fail(Category::input, fmt::format("no {}", kind), "name one in the profile");
    if (!bearer) {
      in_query(std::move(text));
      return {};
    }
    if (wrong) text += "x";
    out.secrets.push_back(text);
    out.headers.add("Authorization", "Bearer " + text);
    return {};
  }
  if (const auto [word, rest] = first_word(kind); word == "sas") {
    const auto [name, letters] = first_word(rest);
    BLOBGAUGE_TRY(const auto inside, expand(request.target, scope));
    BLOBGAUGE_TRY(auto token, sas_token(name, letters, inside, scope, credential.key));
    in_query(std::move(token));
    return {};
  }
  if (kind != "key")
    return fail(Category::input, fmt::format("no credential '{}'", kind),
                "write key, bearer, none or sas KIND LETTERS");
  BLOBGAUGE_TRY(const auto url, model::parse_target(out.target));
  auto value = wire::shared_key_authorization(out.method, url, out.headers, credential);
  out.secrets.push_back(value);
  out.headers.add("Authorization", std::move(value));
  return {};
}

Result<Outgoing> RequestMaker::make(const RequestTemplate& request, const Scope& scope,
                                    const model::Dialect* dialect) const {
  Outgoing out;
  out.method = request.method;
  BLOBGAUGE_TRY(out.content, fill(request.body, scope));
  out.chunked = request.has_body && request.framing == RequestTemplate::Framing::chunked;

  // `${md5}` and `${crc64}` alone are those of the body; the signatures made on the way are remembered, to be left out
  // of what is kept.
  Scope own = scope;
  auto& functions = own.functions;
  const auto digest_of_body = [&](const char* name, auto digest) {
    functions[name] = [&out, digest, plain = scope.functions.at(name)](std::string_view text) {
      return text.empty() ? Result<std::string>(digest(out.content)) : plain(text);
    };
  };
  digest_of_body("md5", md5_base64);
  digest_of_body("crc64", crc64_base64);
  for (const auto* name : {"signed", "peer_signed", "second_signed", "sas"}) {
    const auto known = scope.functions.find(name);
    if (known == scope.functions.end()) continue;
    functions[name] = [&out, plain = known->second](std::string_view text) {
      auto url = plain(text);
      // A URL up to its '?', a SAS has none.
      if (url) out.secrets.push_back(url->substr(url->find('?') + 1));
      return url;
    };
  }
  BLOBGAUGE_TRY(const auto inside, expand(request.target, own));
  out.target = profile_.target(inside);
  out.shown = without_secrets(out.target, out.secrets);
  const auto asked = [&](std::string_view name) {
    return std::any_of(request.headers.begin(), request.headers.end(),
                       [&](const auto& field) { return model::iequals(field.first, name); }) ||
           std::any_of(request.omit.begin(), request.omit.end(),
                       [&](const auto& field) { return model::iequals(field, name); });
  };
  if (!asked("Host")) out.headers.add("Host", profile_.url.authority());
  for (const auto* fields : {&suite_.headers, &request.headers})
    for (const auto& [name, value] : *fields) {
      if (fields == &suite_.headers && asked(name)) continue;
      BLOBGAUGE_TRY(auto text, expand(value, own));
      out.headers.add(name, std::move(text));
    }
  const bool needs_length = request.has_body || request.method == "PUT" || request.method == "POST";
  if (out.chunked)
    out.headers.add("Transfer-Encoding", "chunked");
  else if (needs_length && !asked("Content-Length"))
    out.headers.add("Content-Length", std::to_string(out.content.size()));
  if (dialect) out.headers = in_dialect(out.headers, *dialect);
  if (const auto& token = credentials_.token;
      !token.empty() && std::any_of(out.headers.begin(), out.headers.end(),
                                    [&](const auto& field) { return field.value.find(token) != std::string::npos; }))
    out.secrets.push_back(token);
  BLOBGAUGE_CHECK(authorize(request, own, out));
  return out;
}

model::Headers in_dialect(const model::Headers& headers, const model::Dialect& dialect) {
  model::Headers out;
  for (const auto& [name, presence] : dialect.headers)
    if (const auto value = headers.find(name)) out.add(name, std::string(*value));
  for (const auto& field : headers)
    if (!out.has(field.name)) out.add(field.name, field.value);
  for (const auto& [name, value] : dialect.constants)
    if (!out.has(name)) out.add(name, value);
  return out;
}

}  // namespace blobgauge::replayer
