#include "tests/transcript.h"

#include <regex>

#include "model/text.h"

namespace blobgauge::tests {
namespace {

constexpr std::string_view needs = "# needs: ";

}  // namespace

const std::vector<MaskRule>& mask_rules() {
  static const std::vector<MaskRule> rules = {
      {"port", "free ports are taken", "(127\\.0\\.0\\.1|localhost):[0-9]{4,5}", "$1:PORT"},
      {"duration", "machines differ", "\\b[0-9]+(\\.[0-9]+)? (ms|s)\\b", "N $2"},
      {"filled", "times have more digits or fewer, so a file of one size takes fewer exchanges or more",
       "the first [0-9]{2,} exchanges", "the first N exchanges"},
      {"moment", "runs have a date", "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-9:.]+Z", "MOMENT"},
      {"guid", "request ids", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "GUID"},
      {"tag", "container names of one run", "bg-[0-9a-f]{8}-", "bg-TAG-"},
      {"temporary", "folders for temporary files", "(blobgauge(-[a-z]+)?)-[A-Za-z0-9]{6}\\b", "$1-XXXXXX"},
      {"libclang", "a build names which it was made with", "libclang [0-9]+(\\.[0-9]+)+", "libclang N"},
      {"part", "files being written are named after the process", "\\.part-[0-9]+", ".part-PID"},
  };
  return rules;
}

std::string mask(std::string text) {
  for (const auto& rule : mask_rules()) text = std::regex_replace(text, std::regex(rule.pattern), rule.replacement);
  return text;
}

Transcript parse_transcript(std::string_view text) {
  Transcript transcript;
  if (text.ends_with('\n')) text.remove_suffix(1);
  for (const auto line : model::split(text, '\n')) {
    const bool after_command = !transcript.lines.empty() && transcript.lines.back().command;
    if (line.starts_with("$ ")) {
      transcript.lines.push_back({true, std::string(line.substr(2)), {}});
    } else if (after_command && line.starts_with("  ")) {
      transcript.lines.back().expected.append(line.substr(2)).append("\n");
    } else {
      if (line.starts_with(needs))
        for (const auto name : model::split(line.substr(needs.size()), ' ')) transcript.needs.emplace_back(name);
      transcript.lines.push_back({false, std::string(line), {}});
    }
  }
  return transcript;
}

std::string to_text(const Transcript& transcript) {
  std::string text;
  for (const auto& line : transcript.lines) {
    text += line.command ? "$ " + line.text + "\n" : line.text + "\n";
    if (line.expected.empty()) continue;
    std::string_view output = line.expected;
    output.remove_suffix(1);
    for (const auto part : model::split(output, '\n')) text.append("  ").append(part).append("\n");
  }
  return text;
}

}  // namespace blobgauge::tests
