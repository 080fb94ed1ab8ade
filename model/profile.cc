#include "model/profile.h"

#include <fmt/format.h>

#include <cstdlib>

#include "model/file.h"
#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::model {
namespace {

std::string without_slash(std::string path) {
  while (!path.empty() && path.back() == '/') path.pop_back();
  return path;
}

// The account that an address stands for, or nothing.
std::string account_of(const Url& url, Profile::Style style) {
  if (style == Profile::Style::host) return url.host.substr(0, url.host.find('.'));
  return url.path.empty() ? std::string{} : percent_decode(std::string_view(url.path).substr(1));
}

Result<Url> base_url(std::string_view text) {
  BLOBGAUGE_TRY(auto url, parse_url(text));
  if (url.has_query) return fail(Category::input, "an endpoint's URL has no query", "give a SAS by the environment");
  url.path = without_slash(std::move(url.path));
  return url;
}

void read_secret(yaml::Fields& parent, std::string_view name, Profile::Secret& into) {
  const auto* node = parent.child(name);
  if (!node) return;
  const auto what = fmt::format("a {}", name);
  yaml::Fields fields(*node, parent.file(), what);
  into.environment = fields.text_or("environment", {});
  into.file = fields.text_or("file", {});
  into.well_known = fields.text_or("well_known", {});
  const auto given = !into.environment.empty() + !into.file.empty() + !into.well_known.empty();
  if (given != 1) fields.refuse(fmt::format("{} has exactly one of 'environment', 'file' and 'well_known'", what));
  if (const auto status = fields.finish(); !status) parent.refuse(status.error().message, node);
}

void read_client_certificate(yaml::Fields& parent, Profile& profile) {
  const auto* node = parent.child("client_certificate");
  if (!node) return;
  yaml::Fields fields(*node, parent.file(), "a client certificate");
  profile.client_certificate = fields.text("chain");
  profile.client_key = fields.text("key");
  if (const auto status = fields.finish(); !status) parent.refuse(status.error().message, node);
}

// The text behind a secret; `what` is for messages.
Result<std::string> secret_text(const Profile& profile, const Profile::Secret& secret, std::string_view what,
                                std::string_view key) {
  std::string text = secret.well_known;
  const auto missing = [&](std::string next) {
    return fail(Category::endpoint, fmt::format("no {} for account '{}'", what, profile.account), std::move(next));
  };
  if (!secret.environment.empty()) {
    const char* value = std::getenv(secret.environment.c_str());
    if (!value || !*value) return missing(fmt::format("set the variable {}", secret.environment));
    text = std::string(trim(value));
  } else if (!secret.file.empty()) {
    const auto read = read_file(secret.file);
    if (!read) return missing(describe(read.error()));
    text = std::string(trim(split(*read, '\n').front()));
  }
  if (text.empty())
    return fail(Category::endpoint, fmt::format("profile '{}' names no {}", profile.name, what),
                fmt::format("add '{}' to it", key));
  return text;
}

// A whole profile, or that of its peer or second account, which have no roles, no peer and no second of their own.
Result<Profile> read_profile(yaml::Fields& fields, std::string_view nested_name) {
  const bool nested = !nested_name.empty();
  Profile profile;
  if (!nested) {
    const auto* format = fields.required("format");
    if (fields.number_or("format", 0) != 1) fields.refuse("this version reads profile format 1 only", format);
    profile.roles = fields.list("roles");
    if (profile.roles.empty()) profile.roles = {"destination"};
    for (const auto& role : profile.roles)
      if (role != "destination" && role != "source" && role != "import")
        fields.refuse(fmt::format("a role is destination, source or import, not '{}'", role), fields.child("roles"));
  }
  profile.name = nested ? fields.text_or("name", std::string(nested_name)) : fields.text("name");
  const auto read_url = [&](std::string_view key, const std::string& value) {
    auto url = base_url(value);
    if (!url) fields.refuse(fmt::format("'{}': {}", key, url.error().message), fields.child(key));
    return url.value_or(Url{});
  };
  profile.url = read_url("url", fields.text("url"));
  const auto source = fields.maybe("source_url");
  profile.source_url = source ? read_url("source_url", *source) : profile.url;
  const auto style = fields.text_or("style", "path");
  if (style != "path" && style != "host")
    fields.refuse(fmt::format("a style is path or host, not '{}'", style), fields.child("style"));
  profile.style = style == "host" ? Profile::Style::host : Profile::Style::path;
  const auto account = account_of(profile.url, profile.style);
  profile.account = fields.text_or("account", account);
  if (profile.account.empty()) fields.refuse("no 'account', and the URL names none");
  read_secret(fields, "key", profile.key);
  read_secret(fields, "token", profile.token);
  read_secret(fields, "sas", profile.sas);
  read_client_certificate(fields, profile);
  profile.resolve = fields.text_or("resolve", {});
  profile.ca_file = fields.text_or("ca_file", {});
  profile.api_version = fields.text("api_version");
  profile.container = fields.text_or("container", {});
  profile.version = fields.text_or("version", {});
  profile.rate = fields.number_or("rate", 0);
  profile.unsupported = fields.list("unsupported");
  for (const auto& [name, into] : {std::pair{"peer", &profile.peer}, std::pair{"second", &profile.second}})
    if (const auto* node = nested ? nullptr : fields.child(name)) {
      yaml::Fields inner(*node, fields.file(), fmt::format("a {}", name));
      BLOBGAUGE_TRY(auto other, read_profile(inner, name));
      *into = std::make_shared<Profile>(std::move(other));
    }
  if (profile.second && profile.second->account == profile.account && profile.second->url.host == profile.url.host)
    fields.refuse("'second' names the same account", fields.child("second"));
  BLOBGAUGE_CHECK(fields.finish());
  return profile;
}

}  // namespace

std::string Profile::target(std::string_view raw) const { return url.path + std::string(raw); }

std::string Profile::source(std::string_view raw) const {
  return fmt::format("{}://{}{}{}", source_url.scheme, source_url.authority(), source_url.path, raw);
}

Result<Profile> profile_from_yaml(std::string_view text, std::string name) {
  BLOBGAUGE_TRY(const auto root, yaml::parse(text, name));
  yaml::Fields fields(root, std::move(name), "a profile");
  return read_profile(fields, {});
}

Result<Profile> load_profile(const std::string& path) {
  BLOBGAUGE_TRY(const auto text, read_file(path));
  return profile_from_yaml(text, path);
}

Result<Profile> at_endpoint(Profile profile, std::string_view text) {
  auto url = base_url(text);
  if (!url) return fail(Category::usage, url.error().message, url.error().next);
  const auto style = url->path.empty() ? Profile::Style::host : Profile::Style::path;
  if (account_of(*url, style) != profile.account)
    return fail(Category::usage,
                fmt::format("{} does not name the account '{}' of profile '{}'", text, profile.account, profile.name),
                fmt::format("write {}://{}/{} or give a profile", url->scheme, url->authority(), profile.account));
  // A second account at the same address moves along.
  if (const auto& old = profile.second; old && old->url.authority() == profile.url.authority()) {
    auto second = std::make_shared<Profile>(*old);
    second->url = second->source_url = *url;
    second->style = style;
    second->resolve.clear();
    if (style == Profile::Style::path)
      second->url.path = second->source_url.path = "/" + second->account;
    else
      second->url.host = second->source_url.host = second->account + url->host.substr(profile.account.size());
    profile.second = std::move(second);
  }
  profile.style = style;
  profile.source_url = *url;
  profile.url = std::move(*url);
  profile.resolve.clear();
  return profile;
}

Result<std::string> account_key(const Profile& profile) {
  BLOBGAUGE_TRY(auto text, secret_text(profile, profile.key, "key", "key"));
  if (!from_base64(text))
    return fail(Category::endpoint, fmt::format("the key of account '{}' is not base64", profile.account));
  return text;
}

Result<std::string> bearer_token(const Profile& profile) {
  return secret_text(profile, profile.token, "token", "token");
}

Result<std::string> given_sas(const Profile& profile) {
  BLOBGAUGE_TRY(auto text, secret_text(profile, profile.sas, "SAS", "sas"));
  if (text.starts_with('?')) text.erase(0, 1);
  return text;
}

}  // namespace blobgauge::model
