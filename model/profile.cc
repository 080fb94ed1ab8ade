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

void read_key(yaml::Fields& parent, Profile::Key& key) {
  const auto* node = parent.child("key");
  if (!node) return;
  yaml::Fields fields(*node, parent.file(), "a key");
  key.environment = fields.text_or("environment", {});
  key.file = fields.text_or("file", {});
  key.well_known = fields.text_or("well_known", {});
  const auto given = !key.environment.empty() + !key.file.empty() + !key.well_known.empty();
  if (given != 1) fields.refuse("a key has exactly one of 'environment', 'file' and 'well_known'");
  if (const auto status = fields.finish(); !status) parent.refuse(status.error().message, node);
}

// A whole profile, or that of its peer, which has no roles and no peer of its own.
Result<Profile> read_profile(yaml::Fields& fields, bool nested) {
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
  profile.name = nested ? fields.text_or("name", "peer") : fields.text("name");
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
  read_key(fields, profile.key);
  profile.resolve = fields.text_or("resolve", {});
  profile.ca_file = fields.text_or("ca_file", {});
  profile.api_version = fields.text("api_version");
  profile.container = fields.text_or("container", {});
  profile.version = fields.text_or("version", {});
  profile.rate = fields.number_or("rate", 0);
  profile.unsupported = fields.list("unsupported");
  if (const auto* node = nested ? nullptr : fields.child("peer")) {
    yaml::Fields inner(*node, fields.file(), "a peer");
    BLOBGAUGE_TRY(auto peer, read_profile(inner, true));
    profile.peer = std::make_shared<Profile>(std::move(peer));
  }
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
  return read_profile(fields, false);
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
  profile.style = style;
  profile.source_url = *url;
  profile.url = std::move(*url);
  profile.resolve.clear();
  return profile;
}

Result<std::string> account_key(const Profile& profile) {
  const auto& key = profile.key;
  std::string text = key.well_known;
  if (!key.environment.empty()) {
    const char* value = std::getenv(key.environment.c_str());
    if (!value || !*value)
      return fail(Category::endpoint, fmt::format("no key for account '{}'", profile.account),
                  fmt::format("set the variable {}", key.environment));
    text = value;
  } else if (!key.file.empty()) {
    auto read = read_file(key.file);
    if (!read)
      return fail(Category::endpoint, fmt::format("no key for account '{}'", profile.account), describe(read.error()));
    text = std::string(trim(split(*read, '\n').front()));
  }
  if (text.empty())
    return fail(Category::endpoint, fmt::format("profile '{}' names no key", profile.name), "add 'key' to it");
  if (!from_base64(text))
    return fail(Category::endpoint, fmt::format("the key of account '{}' is not base64", profile.account));
  return text;
}

}  // namespace blobgauge::model
