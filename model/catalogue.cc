#include "model/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "model/text.h"
#include "model/yaml.h"

namespace blobgauge::model {
namespace {

constexpr std::uint64_t catalogue_format = 1;

// "name", "!name", "name=a|b", "name!=a|b".
std::optional<Selector> parse_selector(std::string_view text, Selector::In in) {
  Selector selector;
  selector.in = in;
  const auto equal = text.find('=');
  if (equal == std::string_view::npos) {
    if (text.starts_with('!')) {
      selector.test = Selector::Test::absent;
      text.remove_prefix(1);
    }
    selector.name = std::string(text);
  } else {
    const bool differs = equal > 0 && text[equal - 1] == '!';
    selector.test = differs ? Selector::Test::differs : Selector::Test::equals;
    selector.name = std::string(text.substr(0, differs ? equal - 1 : equal));
    for (const auto value : split(text.substr(equal + 1), '|')) {
      if (value.empty()) return std::nullopt;
      selector.values.emplace_back(value);
    }
  }
  if (selector.name.empty() || selector.name.find('!') != std::string::npos) return std::nullopt;
  return selector;
}

const std::vector<std::string>& names_in(const std::map<std::string, std::vector<std::string>, std::less<>>& map,
                                         std::string_view key) {
  static const std::vector<std::string> none;
  const auto found = map.find(key);
  return found == map.end() ? none : found->second;
}

void append(std::vector<std::string>& to, std::vector<std::string> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

std::string replace(std::string text, std::string_view from, std::string_view to) {
  if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

}  // namespace

// Reads the files of one folder into one catalogue. api.yaml's fields and the operations may stand in any file.
class CatalogueReader {
 public:
  Status read_shared(const yaml::Node& root, const std::string& file) {
    yaml::Fields fields(root, file, "a catalogue file");
    if (fields.number_or("format", 0) != catalogue_format)
      fields.refuse(fmt::format("'format' must be {}", catalogue_format));
    set_once(fields, "service", out_.service_);
    set_once(fields, "version", out_.version_);
    set_once(fields, "rbac-prefix", rbac_prefix_);
    append(out_.discriminators_, fields.list("discriminators"));
    fields.child("operations");
    BLOBGAUGE_CHECK(read_names(fields.child("addressing"), file, "addressing", out_.addressing_));
    BLOBGAUGE_CHECK(read_names(fields.child("network"), file, "network", out_.network_));
    BLOBGAUGE_CHECK(read_names(fields.child("roles"), file, "roles", out_.roles_));
    BLOBGAUGE_CHECK(read_names(fields.child("groups"), file, "groups", groups_));
    BLOBGAUGE_CHECK(read_names(fields.child("secrets"), file, "secrets", out_.secrets_));
    BLOBGAUGE_CHECK(read_names(fields.child("pseudonyms"), file, "pseudonyms", out_.pseudonyms_));
    if (const auto* node = fields.child("common")) {
      yaml::Fields common(*node, file, "'common'");
      append(out_.common_parameters_, common.list("parameters"));
      append(out_.common_headers_, common.list("headers"));
      BLOBGAUGE_CHECK(common.finish());
    }
    return fields.finish();
  }

  Status read_operations(const yaml::Node& root, const std::string& file) {
    const auto* list = root.find("operations");
    if (!list) return {};
    if (list->kind != yaml::Node::Kind::sequence)
      return fail(Category::input, "'operations' must be a list", {}, {file, list->line, list->column});
    for (const auto& item : list->items) {
      Operation base;
      base.where = {file, item.line, item.column};
      yaml::Fields fields(item, file, "an operation");
      base.name = fields.text("name");
      base.reference = fields.flag_or("undocumented", false) ? "" : base.name;
      const auto label = fields.text_or("label", "{name} ({variant})");
      read_form(fields, base);
      const auto* variants = fields.child("variants");
      BLOBGAUGE_CHECK(fields.finish());
      if (!variants) {
        base.full_name = base.name;
        BLOBGAUGE_CHECK(add(std::move(base)));
        continue;
      }
      for (const auto& variant : variants->items) {
        Operation form = base;
        form.where = {file, variant.line, variant.column};
        yaml::Fields own(variant, file, "a variant");
        form.variant = own.text("name");
        form.full_name =
            form.variant.empty() ? form.name : replace(replace(label, "{name}", form.name), "{variant}", form.variant);
        read_form(own, form);
        BLOBGAUGE_CHECK(own.finish());
        BLOBGAUGE_CHECK(add(std::move(form)));
      }
    }
    return {};
  }

  Result<Catalogue> finish(const std::string& folder) {
    if (out_.operations_.empty())
      return fail(Category::input, "no operation in this folder", "give a folder like specs/catalogue", {folder, 0, 0});
    std::set<std::string> asked;
    for (const auto& name : out_.discriminators_) asked.insert(lower(name));
    for (const auto& operation : out_.operations_)
      for (const auto* selectors : {&operation.query, &operation.any})
        for (const auto& selector : *selectors)
          if (selector.in == Selector::In::query) asked.insert(lower(selector.name));
    if (asked.size() > max_selecting_queries)
      return fail(Category::input,
                  fmt::format("selectors ask for more than {} query parameters", max_selecting_queries), {},
                  {folder, 0, 0});
    return std::move(out_);
  }

 private:
  using Names = Catalogue::Names;

  static void set_once(yaml::Fields& fields, std::string_view key, std::string& to) {
    auto value = fields.maybe(key);
    if (!value) return;
    if (!to.empty()) fields.refuse(fmt::format("'{}' is given by another file already", key));
    to = std::move(*value);
  }

  static Status read_names(const yaml::Node* node, const std::string& file, std::string_view what, Names& to) {
    if (!node) return {};
    yaml::Fields fields(*node, file, fmt::format("'{}'", what));
    for (const auto& key : node->keys) append(to[key], fields.list(key));
    return fields.finish();
  }

  // What an operation and its variant can both say: lists add up, single values are replaced.
  void read_form(yaml::Fields& fields, Operation& form) {
    const auto single = [&](std::string_view key, std::string& to) {
      if (auto value = fields.maybe(key)) to = std::move(*value);
    };
    const auto replace_list = [&](std::string_view one, std::string_view many, std::vector<std::string>& to) {
      auto given = fields.list(one);
      append(given, fields.list(many));
      if (!given.empty()) to = std::move(given);
    };
    replace_list("method", "methods", form.methods);
    replace_list("path", "paths", form.paths);
    single("reference", form.reference);
    single("sas", form.sas_permission);
    single("undecided", form.undecided);
    single("note", form.note);
    form.any_query = fields.flag_or("any-query", form.any_query);
    selectors(fields, "query", Selector::In::query, form.query);
    selectors(fields, "headers", Selector::In::header, form.headers);
    selectors(fields, "any", Selector::In::header, form.any);
    selectors(fields, "proof", Selector::In::header, form.proof);
    append(form.parameters, fields.list("parameters"));
    for (auto& action : fields.list("rbac")) form.rbac_actions.push_back(rbac_prefix_ + action);
    for (auto& name : fields.list("accepts")) {
      if (!name.starts_with('+')) {
        form.accepts.push_back(std::move(name));
      } else if (const auto group = groups_.find(name.substr(1)); group != groups_.end()) {
        append(form.accepts, group->second);
      } else {
        fields.refuse(fmt::format("no group is called '{}'", name.substr(1)));
      }
    }
  }

  static void selectors(yaml::Fields& fields, std::string_view key, Selector::In in, std::vector<Selector>& to) {
    for (const auto& text : fields.list(key)) {
      std::string_view rest = text;
      auto where = in;
      if (key == "any" && rest.starts_with('?')) {
        where = Selector::In::query;
        rest.remove_prefix(1);
      }
      if (auto selector = parse_selector(rest, where))
        to.push_back(std::move(*selector));
      else
        fields.refuse(fmt::format("'{}' is no selector: write name, !name, name=value or name!=value", text));
    }
  }

  Status add(Operation form) {
    const auto refuse = [&](std::string message) {
      return fail(Category::input, fmt::format("{}: {}", form.full_name, message), {}, form.where);
    };
    if (form.methods.empty()) return refuse("no method");
    if (form.paths.empty()) return refuse("no path");
    for (const auto& path : form.paths)
      if (path != "/" && path != "/{container}" && path != "/{container}/{blob}")
        return refuse(fmt::format("the path '{}' is none of /, /{{container}}, /{{container}}/{{blob}}", path));
    if (form.any_query && !form.query.empty()) return refuse("'any-query' and 'query' exclude each other");
    // Two ways to ask for one form are two entries; the same way twice is a slip.
    for (const auto& other : out_.operations_)
      if (other.full_name == form.full_name && other.rule() == form.rule()) return refuse("is there twice");
    form.method = form.methods.front();
    form.path = form.paths.front();
    out_.operations_.push_back(std::move(form));
    return {};
  }

  Catalogue out_;
  Names groups_;
  std::string rbac_prefix_;
};

Result<Catalogue> Catalogue::load(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  if (error) return fail(Category::input, "cannot be read: " + error.message(), {}, {folder, 0, 0});
  std::sort(files.begin(), files.end());

  std::vector<yaml::Node> roots;
  CatalogueReader reader;
  for (const auto& file : files) {
    BLOBGAUGE_TRY(auto root, yaml::load(file));
    BLOBGAUGE_CHECK(reader.read_shared(root, file));
    roots.push_back(std::move(root));
  }
  for (std::size_t i = 0; i < files.size(); ++i) BLOBGAUGE_CHECK(reader.read_operations(roots[i], files[i]));
  return reader.finish(folder);
}

const Operation* Catalogue::find(std::string_view full_name) const {
  const auto found = std::find_if(operations_.begin(), operations_.end(),
                                  [&](const Operation& operation) { return operation.full_name == full_name; });
  return found == operations_.end() ? nullptr : &*found;
}

CatalogueCount Catalogue::count() const {
  std::set<std::string_view> pages, names, forms, undocumented;
  for (const auto& operation : operations_) {
    if (operation.reference.empty())
      undocumented.insert(operation.name);
    else
      pages.insert(operation.reference);
    names.insert(operation.name);
    forms.insert(operation.full_name);
  }
  return {pages.size(), names.size(), forms.size(), undocumented.size()};
}

std::string_view Catalogue::role(std::string_view name) const {
  const auto& all = role_names(name);
  return all.empty() ? std::string_view{} : all.front();
}

const std::vector<std::string>& Catalogue::role_names(std::string_view name) const { return names_in(roles_, name); }

const std::vector<std::string>& Catalogue::addressing(std::string_view key) const { return names_in(addressing_, key); }
const std::vector<std::string>& Catalogue::network(std::string_view key) const { return names_in(network_, key); }
const std::vector<std::string>& Catalogue::pseudonyms(std::string_view key) const { return names_in(pseudonyms_, key); }
const std::vector<std::string>& Catalogue::secrets(std::string_view key) const { return names_in(secrets_, key); }

bool Catalogue::knows_parameter(const Operation& operation, std::string_view name) const {
  const auto selects = [&](const std::vector<Selector>& selectors) {
    return std::any_of(selectors.begin(), selectors.end(), [&](const Selector& selector) {
      return selector.in == Selector::In::query && iequals(selector.name, name);
    });
  };
  return matches_any(operation.parameters, name) || matches_any(common_parameters_, name) ||
         matches_any(role_names("sas"), name) || selects(operation.query) || selects(operation.any);
}

bool Catalogue::knows_header(const Operation& operation, std::string_view name) const {
  const auto selects = [&](const std::vector<Selector>& selectors) {
    return std::any_of(selectors.begin(), selectors.end(), [&](const Selector& selector) {
      return selector.in == Selector::In::header && iequals(selector.name, name);
    });
  };
  return matches_any(operation.accepts, name) || matches_any(common_headers_, name) || selects(operation.headers) ||
         selects(operation.any);
}

}  // namespace blobgauge::model
