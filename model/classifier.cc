#include "model/classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/container/small_vector.hpp>
#include <forward_list>
#include <optional>

#include "model/text.h"
#include "model/url.h"

namespace blobgauge::model {
namespace {

// Whether a selector holds, where not all headers of a request may have been recorded.
enum class Truth { no, unknown, yes };

constexpr std::size_t levels = 3;  // service, container, blob

bool one_of(std::string_view value, const std::vector<std::string>& values) {
  return std::any_of(values.begin(), values.end(), [&](const std::string& one) { return iequals(one, value); });
}

// An empty value counts as absent.
bool holds(const Selector& selector, std::string_view value) {
  switch (selector.test) {
    case Selector::Test::present:
      return !value.empty();
    case Selector::Test::absent:
      return value.empty();
    case Selector::Test::equals:
      return one_of(value, selector.values);
    case Selector::Test::differs:
      return !one_of(value, selector.values);
  }
  return false;
}

// True where only a header that was sent can make the selector hold.
bool positive(const Selector& selector) {
  return selector.test == Selector::Test::present || selector.test == Selector::Test::equals;
}

// The query parameters that any selector asks for, by their index in Table::query_names.
struct QueryValues {
  std::array<std::string_view, max_selecting_queries> values;
  std::forward_list<std::string> decoded;  // backs the values that had escapes
  std::string_view conflict;               // a name given twice with different values
};

struct QueryTest {
  std::size_t name = 0;
  const Selector* selector = nullptr;
};

struct Form {
  const Operation* operation = nullptr;
  // Query parameters that must have a value and that must have none, a bit for each: most forms differ in nothing else.
  std::uint32_t present = 0, absent = 0;
  std::vector<QueryTest> query;  // what more must hold
  std::vector<QueryTest> any_query;
};

// How far a form's header selectors hold. `supported`: every selector that a sent header must fulfil is fulfilled, so
// that only the absence of others is unknown. A recorder that kept one of the headers that tell forms apart would have
// kept the others, and a form that needs no header is the plain one.
struct Fit {
  Truth truth = Truth::yes;
  bool supported = true;
};

Truth header_truth(const Selector& selector, const Request& request) {
  const auto value = request.headers.find(selector.name);
  if (!value && !request.headers_complete) return Truth::unknown;
  return holds(selector, value.value_or(std::string_view{})) ? Truth::yes : Truth::no;
}

Fit fit(const Form& form, const QueryValues& query, const Request& request) {
  Fit out;
  for (const auto& selector : form.operation->headers) {
    const auto truth = header_truth(selector, request);
    out.truth = std::min(out.truth, truth);
    if (truth == Truth::unknown && positive(selector)) out.supported = false;
  }
  if (!form.operation->any.empty()) {
    auto best = Truth::no;
    for (const auto& test : form.any_query)
      if (holds(*test.selector, query.values[test.name])) best = Truth::yes;
    for (const auto& selector : form.operation->any)
      if (selector.in == Selector::In::header) best = std::max(best, header_truth(selector, request));
    out.truth = std::min(out.truth, best);
    if (best != Truth::yes) out.supported = false;
  }
  if (out.truth == Truth::no) out.supported = false;
  return out;
}

bool proven(const Operation& operation, const Headers& response) {
  return !operation.proof.empty() &&
         std::all_of(operation.proof.begin(), operation.proof.end(),
                     [&](const Selector& selector) { return holds(selector, response.get(selector.name)); });
}

// Few, and asked for with every exchange.
using Forms = boost::container::small_vector<const Form*, 16>;

std::string names_of(const Forms& forms) {
  std::string out;
  for (const auto* form : forms) {
    if (!out.empty()) out += ", ";
    out += form->operation->full_name;
  }
  return out;
}

}  // namespace

// The catalogue turned around: by method and path level, the forms that remain to be told apart by query and headers.
struct Classifier::Table {
  struct Bucket {
    std::string method;
    std::array<std::vector<Form>, levels> forms;
  };

  Table(const Catalogue& catalogue, AddressHints hints) : addresses(catalogue, std::move(hints)) {
    for (const auto& name : catalogue.discriminators()) index_of(name);
    for (const auto& operation : catalogue.operations()) {
      Form form;
      form.operation = &operation;
      std::uint32_t named = 0;
      for (const auto& selector : operation.query) {
        const auto name = index_of(selector.name);
        named |= bit(name);
        if (selector.test == Selector::Test::present)
          form.present |= bit(name);
        else if (selector.test == Selector::Test::absent)
          form.absent |= bit(name);
        else
          form.query.push_back({name, &selector});
        // Only a value can equal one of these.
        if (selector.test == Selector::Test::equals && !one_of({}, selector.values)) form.present |= bit(name);
      }
      for (const auto& selector : operation.any)
        if (selector.in == Selector::In::query) form.any_query.push_back({index_of(selector.name), &selector});
      // A discriminator that the operation does not name must not be there.
      if (!operation.any_query)
        for (std::size_t i = 0; i < catalogue.discriminators().size(); ++i) form.absent |= bit(i) & ~named;
      for (const auto& method : operation.methods)
        for (const auto& path : operation.paths)
          bucket(method).forms[static_cast<std::size_t>(path_level(path))].push_back(form);
    }
  }

  static std::uint32_t bit(std::size_t name) {
    static_assert(max_selecting_queries <= 32);
    return std::uint32_t{1} << name;
  }

  std::size_t index_of(const std::string& name) {
    const auto found =
        std::find_if(query_names.begin(), query_names.end(), [&](const auto& known) { return iequals(known, name); });
    if (found != query_names.end()) return static_cast<std::size_t>(found - query_names.begin());
    query_names.push_back(name);
    return query_names.size() - 1;
  }

  Bucket& bucket(const std::string& method) {
    const auto found = std::find_if(buckets.begin(), buckets.end(), [&](const auto& b) { return b.method == method; });
    if (found != buckets.end()) return *found;
    buckets.push_back({method, {}});
    return buckets.back();
  }

  QueryValues read_query(std::string_view raw) const {
    QueryValues out;
    while (!raw.empty()) {
      const auto end = raw.find('&');
      const auto part = raw.substr(0, end);
      raw = end == std::string_view::npos ? std::string_view{} : raw.substr(end + 1);
      const auto mark = part.find('=');
      auto name = part.substr(0, mark);
      auto value = mark == std::string_view::npos ? std::string_view{} : part.substr(mark + 1);
      std::string plain_name;
      if (name.find('%') != std::string_view::npos) name = plain_name = percent_decode(name);
      for (std::size_t i = 0; i < query_names.size(); ++i) {
        if (query_names[i].size() != name.size() || !iequals(query_names[i], name)) continue;
        if (value.find('%') != std::string_view::npos) value = out.decoded.emplace_front(percent_decode(value));
        if (!out.values[i].empty() && !iequals(out.values[i], value)) out.conflict = query_names[i];
        out.values[i] = value;
        break;
      }
    }
    return out;
  }

  // The forms whose query selectors hold.
  void collect(const std::vector<Form>& forms, const QueryValues& query, Forms& to) const {
    std::uint32_t present = 0;
    for (std::size_t i = 0; i < query_names.size(); ++i)
      if (!query.values[i].empty()) present |= bit(i);
    for (const auto& form : forms)
      if ((form.present & ~present) == 0 && (form.absent & present) == 0 &&
          std::all_of(form.query.begin(), form.query.end(),
                      [&](const QueryTest& test) { return holds(*test.selector, query.values[test.name]); }))
        to.push_back(&form);
  }

  std::string describe(const QueryValues& query) const {
    std::string out;
    for (std::size_t i = 0; i < query_names.size(); ++i)
      if (!query.values[i].empty()) out += fmt::format(" {}={}", query_names[i], query.values[i].substr(0, 40));
    return out.empty() ? " and no selecting parameter" : out;
  }

  // `for_people`: with what is said to people.
  Classification classify(const Request& request, const Headers* response, bool for_people) const;

  AddressReader addresses;
  std::vector<std::string> query_names;  // discriminators first
  std::vector<Bucket> buckets;
};

Classification Classifier::Table::classify(const Request& request, const Headers* response, bool for_people) const {
  Classification out;
  out.address = addresses.read(request);
  const auto because = [&](const auto& reason) {
    if (for_people) out.reason = reason();
  };
  if (!out.address.problem.empty()) {
    because([&] { return out.address.problem; });
    return out;
  }
  const auto mark = request.target.find('?');
  const auto query =
      read_query(mark == std::string::npos ? std::string_view{} : std::string_view(request.target).substr(mark + 1));
  if (!query.conflict.empty()) {
    because([&] { return fmt::format("{} is given twice with different values", query.conflict); });
    return out;
  }
  const auto bucket =
      std::find_if(buckets.begin(), buckets.end(), [&](const auto& b) { return b.method == request.method; });
  if (bucket == buckets.end()) {
    because([&] { return fmt::format("no operation has the method {}", request.method.substr(0, 20)); });
    return out;
  }

  Forms candidates;
  const auto level = static_cast<std::size_t>(out.address.level());
  collect(bucket->forms[level], query, candidates);
  if (candidates.empty() && level == 1 && !addresses.root_container().empty()) {
    // Containers are asked for by a selector of their own, so what is left is a blob of the root container.
    collect(bucket->forms[2], query, candidates);
    if (!candidates.empty()) {
      out.address.blob = std::move(out.address.container);
      out.address.container = addresses.root_container();
    }
  }
  if (candidates.empty()) {
    because([&] {
      return fmt::format("no {} operation on a {} has{}", request.method,
                         level == 0   ? "service"
                         : level == 1 ? "container"
                                      : "blob",
                         describe(query));
    });
    return out;
  }

  const auto name = [&](const Form& form) {
    out.operation = form.operation;
    out.name = form.operation->full_name;
  };
  const Form* supported = nullptr;
  std::size_t supporters = 0;
  Forms possible;  // what unrecorded headers leave open; forms exclude each other, so a fit is final
  for (const auto* form : candidates) {
    const auto found = fit(*form, query, request);
    if (found.truth == Truth::no) continue;
    if (found.truth == Truth::yes) {
      name(*form);
      return out;
    }
    possible.push_back(form);
    if (found.supported && ++supporters == 1) supported = form;
  }
  if (possible.empty()) {
    because([&] { return fmt::format("the headers fit none of {}", names_of(candidates)); });
    return out;
  }
  if (candidates.size() == 1) {
    name(*candidates.front());
    return out;
  }
  out.certain = false;
  if (response) {
    const auto found = std::find_if(possible.begin(), possible.end(),
                                    [&](const Form* form) { return proven(*form->operation, *response); });
    if (found != possible.end()) {
      name(**found);
      because([&] {
        return fmt::format("by the response's {}; not all request headers were recorded",
                           (*found)->operation->proof.front().name);
      });
      return out;
    }
  }
  if (supporters == 1) {
    name(*supported);
    because([&] {
      return fmt::format("not all request headers were recorded; it could be one of {}", names_of(possible));
    });
    return out;
  }
  because([&] { return fmt::format("the headers that tell {} apart were not recorded", names_of(possible)); });
  for (const auto* form : possible) {
    if (for_people) out.candidates.push_back(form->operation);
    if (!form->operation->undecided.empty()) out.name = form->operation->undecided;
  }
  return out;
}

Classifier::Classifier(const Catalogue& catalogue, AddressHints hints)
    : table_(std::make_unique<const Table>(catalogue, std::move(hints))) {}
Classifier::~Classifier() = default;
Classifier::Classifier(Classifier&&) noexcept = default;
Classifier& Classifier::operator=(Classifier&&) noexcept = default;

Classification Classifier::classify(const Request& request) const { return table_->classify(request, nullptr, true); }

Classification Classifier::classify(const Exchange& exchange) const {
  return table_->classify(exchange.request, &exchange.response.headers, true);
}

Classification Classifier::identify(const Exchange& exchange) const {
  return table_->classify(exchange.request, &exchange.response.headers, false);
}

}  // namespace blobgauge::model
