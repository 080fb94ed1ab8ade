#pragma once
// A Go program as its linker left it: an ELF file for amd64, stripped or not, position independent or not, of Go 1.15
// to 1.27. What is read here needs no instruction decoded: the build information and the table of functions
// (.gopclntab) that every Go program carries for its own stack traces. Everything in the file is untrusted.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/error.h"

namespace blobgauge::analyzer::gobinary {

struct Module {
  std::string path, version, sum;
  std::string replace_path, replace_version;  // what was built in its place; empty: itself. A version may be empty
};

struct BuildInfo {
  std::string go_version;            // "go1.25.8", as the toolchain names itself
  int go_minor = 0;                  // 25
  std::string package;               // import path of package main; empty where the build recorded no modules
  Module main;                       // version "(devel)" where built from a checkout
  std::vector<Module> dependencies;  // in the order of the file, which is by path
  std::string revision;              // version control's; empty before Go 1.18 and for builds outside a checkout
  std::vector<std::pair<std::string, std::string>> settings;  // "GOOS" -> "linux", "vcs.time" -> ...
};

// Ids below physical_count() are functions with code, in the order of their addresses. The others exist only inlined
// into some of those.
using FunctionId = std::uint32_t;

struct Position {
  std::string_view file;   // as the compiler recorded it: with -trimpath "module@version/file.go"; may be empty
  std::uint32_t line = 0;  // 0: unknown
};

// One step of the inlining at an address, outermost first.
struct InlinedFrame {
  std::string_view function;
  Position at;  // the place in `function` that the address belongs to, or where the next frame was inlined
};

class FunctionTable;
class Image;
struct ModuleData;

// Immutable; const members may be called by several threads. Views point into the object.
class Executable {
 public:
  // Category::input, naming the file, where it cannot be read, is no ELF or PE file for amd64 (a Mach-O and another
  // processor are named), holds no Go program or no build information, is of a Go that is not known, or contradicts
  // itself.
  static model::Result<Executable> open(const std::string& path);
  // The same from memory; `name` stands in messages.
  static model::Result<Executable> from_bytes(std::string_view bytes, const std::string& name);
  Executable(Executable&&) noexcept;
  Executable& operator=(Executable&&) noexcept;
  ~Executable();

  const BuildInfo& build_info() const;
  // As Go names it, "linux/amd64": what the build information says (Go 1.18 and newer), else what the file's form says.
  std::string platform() const;

  FunctionId function_count() const;  // with those that exist only inlined
  FunctionId physical_count() const;
  // The linker's name: "github.com/a/b/pkg.(*T).Method", "main.main.func1"; of generic functions with the types that
  // they were compiled for, "pkg.F[go.shape.int]", which the program's own traces show as "pkg.F[...]". A dot in the
  // last element of an import path is written %2e.
  std::string_view name(FunctionId id) const;
  std::uint64_t entry(FunctionId id) const;  // 0 where it exists only inlined
  Position position(FunctionId id) const;    // of its declaration; before Go 1.20 that of its first instruction
  std::vector<FunctionId> named(std::string_view name) const;
  // The functions with code that `id` is inlined into, ascending.
  const FunctionId* hosts_begin(FunctionId id) const;
  const FunctionId* hosts_end(FunctionId id) const;

  // The frames at an address inside `id`, which has code: the function itself first. Never empty.
  std::vector<InlinedFrame> frames_at(FunctionId id, std::uint64_t address) const;

  const Image& image() const;
  const ModuleData& module_data() const;
  const FunctionTable& functions() const;

 private:
  struct Parts;
  explicit Executable(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace blobgauge::analyzer::gobinary
