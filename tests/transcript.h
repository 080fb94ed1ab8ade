#pragma once
// Golden command lines: tests/transcripts/*.txt hold commands, their exact output and exit code.
//
//   # A closed port.                        anything that is not indented is comment, and stays as it is
//   $ blobgauge replay --endpoint ...       a command for sh, run in the project's folder
//     blobgauge: cannot connect ...         what it printed on both streams, in the order of arrival, indented by two
//     [exit 4]                              left out for exit code 0
//
// What changes from run to run is masked by the named rules below. `# needs: NAME...` skips the file, with the reason,
// where the variable BLOBGAUGE_NAME is not set. With BLOBGAUGE_REWRITE=1 a run rewrites the files.
// Commands find blobgauge in PATH, $TMP as a folder of their own, and the scripts of tests/transcripts/inputs in
// $INPUTS.
#include <string>
#include <string_view>
#include <vector>

namespace blobgauge::tests {

struct MaskRule {
  std::string name, why, pattern, replacement;  // ECMAScript regular expression
};
const std::vector<MaskRule>& mask_rules();
std::string mask(std::string text);

struct Transcript {
  struct Line {
    bool command = false;
    std::string text;      // a comment line as it is, or the command without "$ "
    std::string expected;  // of a command: the masked output with its exit code, unindented
  };
  std::vector<Line> lines;
  std::vector<std::string> needs;
};

Transcript parse_transcript(std::string_view text);
std::string to_text(const Transcript& transcript);

}  // namespace blobgauge::tests
