#include "replayer/answer_mutation.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "model/text.h"

namespace blobgauge::replayer {
namespace {

constexpr std::string_view formless = "~mutated~";
constexpr std::string_view mark_of_order = "\xef\xbb\xbf";

// The last letter or digit becomes another letter or digit.
std::string with_one_changed(std::string text) {
  for (auto c = text.rbegin(); c != text.rend(); ++c) {
    const bool digit = *c >= '0' && *c <= '9', lower = *c >= 'a' && *c <= 'z', upper = *c >= 'A' && *c <= 'Z';
    if (!digit && !lower && !upper) continue;
    const char first = digit ? '0' : lower ? 'a' : 'A', last = digit ? '9' : lower ? 'f' : 'F';
    *c = *c >= first && *c < last ? static_cast<char>(*c + 1) : first;
    return text;
  }
  return text + "0";
}

class Mutator {
 public:
  Mutator(const model::Exchange& exchange, const MutationRules& rules,
          const std::function<void(const AnswerMutant&)>& visit)
      : original_(exchange), rules_(rules), visit_(visit), mutant_{{}, {}, exchange} {}

  void all() {
    status();
    headers();
    bytes();
    elements();
  }

 private:
  void show(std::string_view kind, std::string field) {
    mutant_.kind = kind;
    mutant_.field = std::move(field);
    visit_(mutant_);
    mutant_.exchange.response = original_.response;
  }

  void status() {
    const int was = original_.response.status, begin = was / 100 * 100;
    mutant_.exchange.response.status = begin + 99;
    show("same class", "status");
    mutant_.exchange.response.status = was == begin ? begin + 1 : begin;
    show("neighbour", "status");
    mutant_.exchange.response.status = was < 400 ? 500 : 200;
    show("other class", "status");
  }

  std::string header_field(const std::string& name) const {
    for (const auto& prefix : rules_.open_headers)
      if (name.size() > prefix.size() && model::iequals(std::string_view(name).substr(0, prefix.size()), prefix))
        return fmt::format("header {}*", prefix);
    return "header " + name;
  }

  void headers() {
    auto& headers = mutant_.exchange.response.headers;
    std::set<std::string> done;
    for (const auto& field : original_.response.headers) {
      if (!done.insert(model::lower(field.name)).second) continue;
      const auto name = header_field(field.name);
      headers.remove(field.name);
      show("dropped", name);
      headers.set(field.name, std::string(formless));
      show("replaced", name);
      headers.set(field.name, {});
      show("emptied", name);
      headers.set(field.name, with_one_changed(field.value));
      show("changed", name);
    }
  }

  // The bytes are others now, and no digest of them is known any more.
  std::string& body() {
    auto& body = mutant_.exchange.response.body;
    body.md5.clear();
    body.crc64.clear();
    body.sha256.clear();
    return *body.bytes;
  }

  void bytes() {
    const auto& was = original_.response.body.bytes;
    if (!was || was->empty()) return;
    for (const auto at : std::set<std::size_t>{0, was->size() / 2, was->size() - 1}) {
      body()[at] ^= 1;
      show("byte changed", "body");
    }
    body().pop_back();
    --mutant_.exchange.response.body.size;
    show("cut", "body");
  }

  bool parse(pugi::xml_document& document) const {
    const auto& bytes = original_.response.body.bytes;
    if (!bytes) return false;
    std::string_view text = *bytes;
    if (text.starts_with(mark_of_order)) text.remove_prefix(mark_of_order.size());
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin != std::string_view::npos && text[begin] == '<' &&
           document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_declaration,
                                pugi::encoding_utf8);
  }

  // The changed document takes the place of the body, and a length that was right stays right.
  void show_document(const pugi::xml_document& document, std::string_view kind, const std::string& field) {
    std::ostringstream text;
    document.save(text, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
    auto& response = mutant_.exchange.response;
    const bool measured = response.headers.get("Content-Length") == std::to_string(response.body.bytes->size());
    body() = text.str();
    response.body.size = response.body.bytes->size();
    if (measured) response.headers.set("Content-Length", std::to_string(response.body.size));
    show(kind, field);
  }

  void elements() {
    pugi::xml_document document;
    if (!parse(document)) return;
    std::vector<std::pair<std::string, std::string>> found;  // name of the field; place as numbers of children
    collect(document, "", "", false, found);
    for (const auto& [field, place] : found)
      for (const auto kind : {"dropped", "replaced", "emptied", "changed"}) {
        pugi::xml_document copy;
        copy.reset(document);
        if (change(copy, place, kind)) show_document(copy, kind, field);
      }
  }

  void collect(const pugi::xml_node& parent, const std::string& path, const std::string& place, bool open,
               std::vector<std::pair<std::string, std::string>>& out) {
    std::size_t number = 0;
    for (const auto& node : parent.children()) {
      const auto here = fmt::format("{}{}/", place, number++);
      if (node.type() != pugi::node_element) continue;
      const std::string name = open ? "*" : node.name();
      const auto full = path.empty() ? name : path + '/' + name;
      if (seen_.insert(full).second && out.size() < most_mutated_elements) {
        out.emplace_back("element " + full, here);
        for (const auto& attribute : node.attributes())
          if (out.size() < most_mutated_elements)
            out.emplace_back(fmt::format("element {}/@{}", full, attribute.name()), here + "@" + attribute.name());
      }
      const auto& opens = rules_.open_elements;
      collect(node, full, here, std::find(opens.begin(), opens.end(), name) != opens.end(), out);
    }
  }

  // False where the kind of change means nothing there.
  static bool change(pugi::xml_document& document, std::string_view place, std::string_view kind) {
    pugi::xml_node node = document;
    for (const auto part : model::split(place, '/')) {
      if (part.empty()) break;
      if (part.front() == '@') {
        auto attribute = node.attribute(std::string(part.substr(1)).c_str());
        if (kind == "dropped") return node.remove_attribute(attribute);
        return attribute.set_value(altered(attribute.value(), kind).c_str());
      }
      auto child = node.first_child();
      for (auto n = model::parse_number(part).value_or(0); n > 0; --n) child = child.next_sibling();
      node = child;
    }
    if (kind == "dropped") return node.parent().remove_child(node);
    const bool has_elements =
        std::any_of(node.begin(), node.end(), [](const auto& child) { return child.type() == pugi::node_element; });
    if (has_elements || (node.text().empty() && kind == "emptied")) return false;
    return node.text().set(altered(node.text().get(), kind).c_str());
  }

  static std::string altered(std::string_view text, std::string_view kind) {
    if (kind == "replaced") return std::string(formless);
    return kind == "emptied" ? std::string{} : with_one_changed(std::string(text));
  }

  const model::Exchange& original_;
  const MutationRules& rules_;
  const std::function<void(const AnswerMutant&)>& visit_;
  AnswerMutant mutant_;
  std::set<std::string> seen_;
};

}  // namespace

void each_mutant(const model::Exchange& exchange, const MutationRules& rules,
                 const std::function<void(const AnswerMutant&)>& visit) {
  if (exchange.response.status == 0) return;
  Mutator(exchange, rules, visit).all();
}

}  // namespace blobgauge::replayer
