#include "analyzer/observed_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "model/text.h"
#include "model/url.h"
#include "model/value.h"

namespace blobgauge::analyzer {
namespace {

constexpr std::size_t longest_value = 256;

// Looks at every byte, which compilers turn into a few wide steps.
bool is_printable(std::string_view text) {
  unsigned char others = 0;
  for (const char c : text) others |= static_cast<unsigned char>(c - 0x20) > 0x5e;
  return others == 0;
}

// Scheme and query of a URL: how it is sent, and with which credential, is the client's; which resource, the run's.
std::string without_resource(std::string_view url) {
  const auto scheme = url.find("://");
  std::string out(scheme == std::string_view::npos ? std::string_view{} : url.substr(0, scheme + 3));
  out += "{resource}";
  char separator = '?';
  const auto mark = url.find('?');
  for (const auto& parameter : model::parse_query(mark == std::string_view::npos ? "" : url.substr(mark + 1))) {
    out += separator + parameter.name + '=' + model::template_of(parameter.value);
    separator = '&';
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text, std::size_t longest) {
  const auto kept = text.substr(0, longest);
  std::string out;
  if (is_printable(kept)) {
    out = kept;
  } else {
    for (const char c : kept) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte > 0x7e)
        out += fmt::format("%{:02X}", byte);
      else
        out += c;
    }
  }
  if (text.size() > longest) out += "...";
  return out;
}

Spellings::Spellings(bool without_case, std::size_t longest, std::vector<std::string> open)
    : without_case_(without_case), longest_(longest), open_(std::move(open)) {}

Spelling Spellings::derived(std::string_view name) const {
  Spelling out;
  const auto prefix = std::find_if(open_.begin(), open_.end(), [&](const std::string& each) {
    return name.size() > each.size() && model::iequals(name.substr(0, each.size()), each);
  });
  out.name =
      prefix == open_.end() ? printable(name, longest_) : printable(name.substr(0, prefix->size()), longest_) + '*';
  out.key = without_case_ ? model::lower(out.name) : out.name;
  return out;
}

const Spelling& Spellings::of(std::string_view name) {
  const auto number = spellings_.of(name);
  if (number < known_.size()) return known_[number];
  auto spelling = derived(name);
  spelling.id = keys_.of(spelling.key);
  if (number == model::NameIds::none) return other_ = std::move(spelling);
  spelling.number = number;
  return known_.emplace_back(std::move(spelling));
}

ObservedField ObservedFields::known(const Spelling& spelling, model::Field& field) const {
  const auto keeping = !rules_->values || spelling.key.ends_with('*') ? Keeping::nothing
                       : rules_->urls.contains(spelling.key)          ? Keeping::url
                       : rules_->of_one_run.contains(spelling.key)    ? Keeping::shape
                                                                      : Keeping::text;
  ObservedField out;
  out.field = &field;
  out.keeping = keeping;
  return out;
}

ObservedField* ObservedFields::find(const Spelling& spelling) {
  const bool numbered = spelling.id != model::NameIds::none;
  if (numbered && spelling.id < places_.size() && places_[spelling.id]) return &known_[places_[spelling.id] - 1u];
  auto found = fields_->find(spelling.key);
  if (found == fields_->end()) {
    if (fields_->size() >= rules_->most) return nullptr;
    found = fields_->emplace(spelling.key, model::Field{}).first;
    found->second.name = spelling.name;
    // Grows from the empty set; a default Value is already dynamic.
    if (rules_->values) found->second.value = {model::ValueKind::constant, {}};
  }
  if (!numbered || known_.size() >= std::numeric_limits<std::uint16_t>::max()) {
    other_ = known(spelling, found->second);
    return &other_;
  }
  if (spelling.id >= places_.size()) places_.resize(spelling.id + 1u);
  known_.push_back(known(spelling, found->second));
  known_.back().number = ++seen_->fields;
  places_[spelling.id] = static_cast<std::uint16_t>(known_.size());
  return &known_.back();
}

ObservedField* ObservedFields::sight(const Spelling& spelling) {
  auto* const found = find(spelling);
  if (!found) return nullptr;
  if (spelling.number == model::NameIds::none || spelling.number != found->spelling) {
    auto& name = found->field->name;
    if (spelling.name < name) name = spelling.name;
    found->spelling = spelling.number;
  }
  if (found == &other_)
    found->field->seen += rules_->counts;
  else
    found->seen += rules_->counts;
  return found;
}

void ObservedFields::tell_counts() {
  for (auto& each : known_) each.field->seen += std::exchange(each.seen, 0);
}

void ObservedFields::add_value(ObservedField& observed, std::string_view value) const {
  if (observed.keeping == Keeping::nothing) return;
  if (observed.number && seen_->texts.has(value, observed.number)) return;
  add_new_value(observed, value);
  if (observed.number) seen_->texts.add(value, observed.number);
}

void ObservedFields::add_new_value(ObservedField& observed, std::string_view value) {
  std::string made;
  if (observed.keeping == Keeping::url)
    value = made = printable(without_resource(value), longest_value);
  else if (value.size() > longest_value || !is_printable(value))
    value = made = printable(value, longest_value);
  auto& kept = observed.field->value;
  if (observed.keeping != Keeping::text || observed.is_pattern) {
    thread_local std::string shape;
    shape.clear();
    model::append_template(value, shape);
    if (shape == observed.shape) return;
    model::add_template(kept, shape);  // a template of a template is itself
    observed.shape = shape;
  } else {
    model::add_seen_value(kept, value);
  }
  observed.is_pattern = kept.kind == model::ValueKind::pattern;
  // Nothing is added to a value that may be anything.
  if (kept.kind == model::ValueKind::dynamic) observed.keeping = Keeping::nothing;
}

}  // namespace blobgauge::analyzer
