#pragma once
// Finds secrets in texts and puts masks in their place: the engine of model/redaction.h. One pass over a text that may
// be a URL, a form, a header's value, JSON, XML, a MIME part or a log line, in any mixture and seen through its
// encodings; rules are looked at only where a character can end a name, so texts without secrets cost little.
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/name_set.h"
#include "model/secret_set.h"
#include "model/text_memory.h"
#include "model/unfolded.h"

namespace blobgauge::model {

// Compiled from SecretNames. Immutable; safe to share between threads.
struct SecretRules {
  NameSet headers;          // the whole value, but for the scheme of a credential
  NameSet names;            // of pairs in queries, forms, JSON and command lines
  NameSet sized;            // of these the mask says how long the value was
  NameSet schemes;          // what may stand before a credential and stays
  NameSet account_schemes;  // of these: the account before the colon stays too
  struct Element {
    std::string parent, child;
    bool sized = false;
  };
  std::vector<Element> elements;     // of XML
  std::vector<std::string> phrases;  // what stands before a secret in single quotes
};

// For one exchange or one text: remembers the secrets that it met, until it is told to forget them. Not thread-safe.
class SecretScan {
 public:
  // `what`: the rule that found it; `at`: the byte of the text. Never the secret.
  using Told = std::function<void(std::string_view what, std::size_t at)>;

  // `clean`: texts that the same rules found nothing in; kept up to date, and not looked at again. Null: none.
  explicit SecretScan(const SecretRules& rules, Told told = {}, TextMemory* clean = nullptr)
      : rules_(rules), told_(std::move(told)), clean_(clean) {}

  // True where the text was changed.
  bool mask(std::string& text);
  bool mask_header(std::string& name, std::string& value);
  // Masks the secrets met so far wherever else they stand, in any encoding. `cut`: the text may end within one.
  bool hunt(std::string& text, bool cut = false);
  // Has it met any that it hunts for?
  bool knows() const { return shortest_known() != 0; }
  // What follows is another exchange.
  void forget() {
    if (!secrets_.empty()) secrets_ = {};
  }

 private:
  struct Cut {
    std::size_t begin = 0, end = 0;  // of the raw text
    std::string put;
  };
  // These return where the scan goes on; 0: where it is.
  std::size_t pair(std::size_t at);
  std::size_t colon(std::size_t at);
  std::size_t quote(std::size_t at);
  std::size_t scheme(std::size_t at);
  std::size_t tag(std::size_t at);
  std::size_t token(std::size_t begin, std::size_t end);
  std::size_t run(std::size_t begin, std::size_t end);

  void find(std::string_view text);
  void scan(std::string_view text);
  bool hides_a_secret(std::string_view run);
  // What of a credential is secret: not its scheme, and of some schemes not the account.
  std::size_t credential_begin(std::size_t begin, std::size_t end) const;
  std::string_view name_before(std::size_t end) const;
  std::size_t value_end(std::size_t at, int percent) const;
  std::size_t string_end(std::size_t open) const;
  std::size_t cut_value(std::size_t begin, std::size_t end, std::string_view what, bool header);
  void cut(std::size_t begin, std::size_t end, std::string_view what, bool sized);
  void remember(std::string_view secret, bool sized);
  void remember_parts(std::string_view value);
  bool replace(std::string& text);
  // Over this and what is around it.
  std::size_t shortest_known() const;
  std::size_t known_at(std::size_t at) const;
  std::size_t known_cut() const;

  const SecretRules& rules_;
  Told told_;
  TextMemory* clean_;
  int depth_ = 0;  // of base64 within base64
  Unfolded unfolded_;
  std::string_view text_;  // what unfolded_ gives
  std::vector<Cut> cuts_;
  const SecretScan* outer_ = nullptr;  // what has `text_` encoded in it; its secrets are looked for too
  SecretSet secrets_;
  std::vector<bool> inside_;  // by element rule: between its parent's tags
};

}  // namespace blobgauge::model
