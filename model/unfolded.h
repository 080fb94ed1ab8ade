#pragma once
// A text seen through its encodings: percent-encoding of any depth (a URL in a parameter of a URL in a log line), the
// escapes of JSON strings and the entities of XML, one within the other. What is found in the decoded text is replaced
// in the raw one, so each decoded character knows where its raw form begins.
//
// How deep a character was encoded tells what it means: in "?u=a%26sig%3Dx&n=1" the value that follows an encoded '='
// ends at the encoded '&' or at the plain one; in "?sig=a%26b&n=1" an encoded '&' is a part of the value.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::model {

// Memory is that of the raw text and eight bytes a character; kept for the next text. Not thread-safe.
class Unfolded {
 public:
  // Is there anything to decode? If not, the text is its own decoded form.
  static bool folded(std::string_view raw);

  // `raw` must outlive what is asked of it.
  void read(std::string_view raw);

  std::string_view text() const { return plain_ ? raw_ : std::string_view(text_); }
  // Where the raw form of a character begins; the end of the raw text for at == text().size().
  std::size_t raw(std::size_t at) const {
    return plain_ ? at : at < origins_.size() ? origins_[at].begin : raw_.size();
  }
  // How often it was percent-encoded.
  int percent(std::size_t at) const { return plain_ ? 0 : origins_[at].percent; }
  // How often it was escaped for JSON or XML.
  int quoting(std::size_t at) const { return plain_ ? 0 : origins_[at].quoting; }

  // The raw text with the decoded characters replaced, each in the form that the one it replaces had. As many as
  // text() has.
  std::string fold(std::string_view changed) const;

 private:
  struct Origin {
    std::uint32_t begin = 0;
    std::uint8_t percent = 0, quoting = 0;
  };
  struct Step {
    char character = 0;
    std::size_t size = 0;  // characters that it takes; 0: nothing is encoded here
    bool percent = false;
  };
  Step step_at(std::size_t at) const;
  void decode_once();

  std::string_view raw_;
  bool plain_ = true;
  std::string text_;
  std::vector<Origin> origins_;
};

}  // namespace blobgauge::model
