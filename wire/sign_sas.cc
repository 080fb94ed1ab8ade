#include "wire/sign_sas.h"

#include <algorithm>
#include <array>

#include "model/text.h"

namespace blobgauge::wire {
namespace {

constexpr std::string_view known_fields[] = {"sv",    "ss",    "srt", "sp",   "st",      "se",     "sip",   "spr",
                                             "sr",    "si",    "ses", "rscc", "rscd",    "rsce",   "rscl",  "rsct",
                                             "skoid", "sktid", "skt", "ske",  "sks",     "skv",    "saoid", "suoid",
                                             "scid",  "sdd",   "srh", "srq",  "skdutid", "sduoid", "sig"};

bool is_field(std::string_view name) {
  return std::find(std::begin(known_fields), std::end(known_fields), name) != std::end(known_fields);
}

// srh and srq list names, separated by commas; what is signed is the request's own values for them.
std::string signed_headers(std::string_view names, const model::Headers& headers) {
  std::string out;
  if (names.empty()) return out;
  for (const auto name : model::split(names, ',')) {
    const auto decoded = model::percent_decode(name);
    out += decoded + ":" + std::string(headers.get(decoded)) + "\n";
  }
  return out;
}

std::string signed_parameters(std::string_view names, const std::vector<model::QueryParameter>& query) {
  std::string out;
  if (names.empty()) return out;
  for (const auto name : model::split(names, ',')) {
    const auto decoded = model::percent_decode(name);
    out += "\n" + decoded + ":";
    for (const auto& parameter : query)
      if (parameter.name == decoded) {
        out += parameter.value;
        break;
      }
  }
  return out;
}

std::optional<std::array<unsigned, 4>> parse_ipv4(std::string_view text) {
  const auto parts = model::split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  std::array<unsigned, 4> out{};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto number = model::parse_number(parts[i]);
    if (!number || *number > 255) return std::nullopt;
    out[i] = static_cast<unsigned>(*number);
  }
  return out;
}

bool address_fits(std::string_view allowed, std::string_view address) {
  if (allowed.empty()) return true;
  if (allowed == address) return true;
  const auto dash = allowed.find('-');
  const auto from = parse_ipv4(allowed.substr(0, dash));
  const auto to = dash == std::string_view::npos ? from : parse_ipv4(allowed.substr(dash + 1));
  const auto at = parse_ipv4(address);
  return from && to && at && *from <= *at && *at <= *to;
}

// Blob names count directories by '/', and a directory SAS (sr=d) covers what lies below its depth (sdd).
std::string directory_of(const std::string& blob, std::size_t depth) {
  std::size_t at = 0;
  for (; depth > 0; --depth) {
    const auto slash = blob.find('/', at);
    if (slash == std::string::npos) return depth == 1 ? blob : std::string();
    at = slash + 1;
  }
  return at == 0 ? std::string() : blob.substr(0, at - 1);
}

bool resource_fits(const Sas& sas, const SasResource& asked) {
  const auto resource = sas.get("sr");
  if (resource == "c") return true;
  if (resource == "b") return !asked.blob.empty();
  if (resource == "bs" || resource == "bv") return !asked.blob.empty() && !asked.moment.empty();
  if (resource == "d") {
    const auto depth = model::parse_number(sas.get("sdd"));
    return depth && (*depth == 0 || !directory_of(asked.blob, *depth).empty());
  }
  return false;
}

std::string canonical_name(const Sas& sas, const SasResource& resource) {
  std::string out = "/blob/" + resource.account + "/" + resource.container;
  const auto kind = sas.get("sr");
  if (kind == "c" || resource.blob.empty()) return out;
  if (kind != "d") return out + "/" + resource.blob;
  const auto directory = directory_of(resource.blob, model::parse_number(sas.get("sdd")).value_or(0));
  return directory.empty() ? out : out + "/" + directory;
}

}  // namespace

std::optional<Sas> Sas::find(const std::vector<model::QueryParameter>& query) {
  Sas out;
  for (const auto& parameter : query)
    if (is_field(parameter.name) && !out.has(parameter.name)) out.fields_.push_back(parameter);
  if (!out.has("sig")) return std::nullopt;
  return out;
}

SasKind Sas::kind() const {
  if (has("skoid")) return SasKind::user_delegation;
  return has("ss") || has("srt") ? SasKind::account : SasKind::service;
}

bool Sas::has(std::string_view field) const {
  return std::any_of(fields_.begin(), fields_.end(), [&](const auto& known) { return known.name == field; });
}

std::string Sas::get(std::string_view field) const {
  for (const auto& known : fields_)
    if (known.name == field) return known.value;
  return {};
}

Sas& Sas::set(std::string_view field, std::string_view value) {
  std::erase_if(fields_, [&](const auto& known) { return known.name == field && value.empty(); });
  if (value.empty()) return *this;
  for (auto& known : fields_)
    if (known.name == field) {
      known.value = std::string(value);
      return *this;
    }
  fields_.push_back({std::string(field), std::string(value), true});
  return *this;
}

std::string Sas::token() const {
  std::string out;
  for (const auto& field : fields_) {
    if (!out.empty()) out += '&';
    out += field.name + "=" + model::percent_encode(field.value);
  }
  return out;
}

std::string sas_text(const Sas& sas, const SasResource& resource, const model::Headers& headers,
                     const std::vector<model::QueryParameter>& query) {
  const std::string version = sas.get("sv");
  std::string out;
  const auto add = [&](std::string_view value) { (out += value) += '\n'; };
  const auto field = [&](std::string_view name) { add(sas.get(name)); };
  const auto kind = sas.kind();
  if (kind == SasKind::account) {
    add(resource.account);
    for (const auto name : {"sp", "ss", "srt", "st", "se", "sip", "spr", "sv"}) field(name);
    if (version >= "2020-12-06") field("ses");
    return out;  // this kind alone ends with a line break
  }
  for (const auto name : {"sp", "st", "se"}) field(name);
  add(canonical_name(sas, resource));
  if (kind == SasKind::user_delegation) {
    for (const auto name : {"skoid", "sktid", "skt", "ske", "sks", "skv"}) field(name);
    if (version >= "2020-02-10")
      for (const auto name : {"saoid", "suoid", "scid"}) field(name);
    if (version >= "2025-07-05")
      for (const auto name : {"skdutid", "sduoid"}) field(name);
  } else {
    field("si");
  }
  for (const auto name : {"sip", "spr", "sv"}) field(name);
  if (version >= "2018-11-09") {
    field("sr");
    const auto kind_of_resource = sas.get("sr");
    add(kind_of_resource == "bs" || kind_of_resource == "bv" ? resource.moment : "");
  }
  if (version >= "2020-12-06") field("ses");
  if (kind == SasKind::user_delegation && version >= "2026-04-06") {
    add(signed_headers(sas.get("srh"), headers));
    add(signed_parameters(sas.get("srq"), query));
  }
  for (const auto name : {"rscc", "rscd", "rsce", "rscl", "rsct"}) field(name);
  out.pop_back();
  return out;
}

void sign_sas(Sas& sas, const SasResource& resource, const AccountKey& key) {
  sas.set("sig", key.sign(sas_text(sas, resource)));
}

std::optional<std::chrono::sys_seconds> parse_sas_time(std::string_view text) {
  // 2026-01-02, 2026-01-02T03:04Z, 2026-01-02T03:04:05Z, 2026-01-02T03:04:05.1234567Z
  const auto number = [&](std::size_t at, std::size_t size) -> std::optional<unsigned> {
    if (at + size > text.size()) return std::nullopt;
    const auto value = model::parse_number(text.substr(at, size));
    return value ? std::optional<unsigned>(static_cast<unsigned>(*value)) : std::nullopt;
  };
  const auto year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  std::chrono::sys_seconds at = std::chrono::sys_days(date);
  if (text.size() == 10) return at;
  const auto hour = number(11, 2), minute = number(14, 2);
  if (!hour || !minute || *hour > 23 || *minute > 59 || text[10] != 'T' || text[13] != ':' || text.back() != 'Z')
    return std::nullopt;
  at += std::chrono::hours(*hour) + std::chrono::minutes(*minute);
  if (text.size() == 17) return at;
  const auto second = number(17, 2);
  if (!second || *second > 59 || text[16] != ':') return std::nullopt;
  at += std::chrono::seconds(*second);
  const auto fraction = text.substr(19, text.size() - 20);
  if (fraction.empty()) return at;
  if (fraction[0] != '.' || fraction.size() > 8 || !model::parse_number(fraction.substr(1))) return std::nullopt;
  return at;
}

std::optional<SasRefusal> check_sas(const Sas& sas, const SasUse& use, const AccountKey& key, const Sas* stored) {
  const auto kind = sas.kind();
  const auto field = [&](std::string_view name) {
    auto value = sas.get(name);
    return value.empty() && stored ? stored->get(name) : value;
  };
  const bool account = kind == SasKind::account;
  if (!parse_sas_time(sas.get("sv")) || field("sp").empty() || field("se").empty()) return SasRefusal::malformed;
  if (stored)  // a field stands in the token or in the policy, not in both
    for (const auto name : {"sp", "st", "se"})
      if (sas.has(name) && stored->has(name)) return SasRefusal::malformed;
  if (account && (!sas.has("ss") || !sas.has("srt"))) return SasRefusal::malformed;
  if (kind == SasKind::user_delegation)
    for (const auto name : {"sktid", "skt", "ske", "sks", "skv"})
      if (!sas.has(name)) return SasRefusal::malformed;
  const auto expiry = parse_sas_time(field("se"));
  const auto start = parse_sas_time(field("st"));
  if (!expiry || (!start && !field("st").empty())) return SasRefusal::malformed;
  if (!account && !resource_fits(sas, use.resource)) return SasRefusal::resource;
  static const model::Headers no_headers;
  static const std::vector<model::QueryParameter> no_query;
  const auto text =
      sas_text(sas, use.resource, use.headers ? *use.headers : no_headers, use.query ? *use.query : no_query);
  if (!key.accepts(text, sas.get("sig"))) return SasRefusal::signature;
  if (start && use.now < *start) return SasRefusal::early;
  if (use.now >= *expiry) return SasRefusal::expired;
  if (!address_fits(sas.get("sip"), use.address)) return SasRefusal::address;
  if (sas.get("spr") == "https" && !use.https) return SasRefusal::protocol;
  if (account && sas.get("ss").find('b') == std::string::npos) return SasRefusal::service;
  if (account && sas.get("srt").find(use.resource_type) == std::string::npos) return SasRefusal::resource_type;
  // The letters of a service SAS can't reach beyond what its resource can do: a blob's SAS never lists.
  if (field("sp").find_first_of(use.permissions) == std::string::npos) return SasRefusal::permission;
  return std::nullopt;
}

}  // namespace blobgauge::wire
