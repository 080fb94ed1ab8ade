// Executables of a few hundred bytes in the form of each Go: what no toolchain at hand writes any more, and seeds for
// the fuzzer that are small enough to mutate.
#include <elf.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <vector>

#include "analyzer/gobinary/executable.h"
#include "analyzer/gobinary/reachability.h"
#include "model/file.h"

namespace blobgauge::analyzer::gobinary {
namespace {

// Bytes at a fixed address, with places to fill in later.
class Part {
 public:
  explicit Part(std::uint64_t address) : address_(address) {}
  std::uint64_t here() const { return address_ + bytes_.size(); }
  std::uint64_t start() const { return address_; }
  std::size_t size() const { return bytes_.size(); }
  const std::string& bytes() const { return bytes_; }
  template <class T>
  void put(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void words(std::initializer_list<std::uint64_t> values) {
    for (const auto value : values) put(value);
  }
  void halves(std::initializer_list<std::uint32_t> values) {
    for (const auto value : values) put(value);
  }
  void text(std::string_view value) { bytes_.append(value); }
  void align(std::size_t to, char with = 0) {
    while (bytes_.size() % to) bytes_.push_back(with);
  }
  template <class T>
  void set(std::size_t offset, T value) {
    bytes_.replace(offset, sizeof value, reinterpret_cast<const char*>(&value), sizeof value);
  }

 private:
  std::uint64_t address_;
  std::string bytes_;
};

constexpr std::uint64_t text_address = 0x401000, constants_address = 0x402000, data_address = 0x404000;
constexpr std::uint64_t itab_address = data_address;
constexpr std::uint64_t numbers_address = constants_address + 8, dictionary_address = numbers_address + 16;

struct Code {
  std::string_view name;
  std::uint32_t line;
  std::uint64_t entry = 0;
};

struct Strings {
  std::string bytes = std::string(1, '\0');
  std::uint32_t add(std::string_view text) {
    const auto at = static_cast<std::uint32_t>(bytes.size());
    bytes.append(text).push_back('\0');
    return at;
  }
};

// main.main (main.go:10) calls main.callee (main.go:20, its call at line 11) and puts a main.T into a main.I, whose
// Method is main.T.Method. main.small (line 30) is inlined into main.callee at line 21, and has no code. Nothing names
// main.lonely, whose address stands among numbers that main.main uses; that of main.listed stands in a dictionary. From
// Go 1.21 on main.init is the package's initialisation.
class Program {
 public:
  explicit Program(int go_minor) : minor_(go_minor) {}

  std::string build() {
    write_code();
    write_types();
    write_inlining();
    write_functions();
    write_data();
    return elf();
  }

 private:
  bool old() const { return minor_ < 16; }
  bool addresses() const { return minor_ < 18; }  // in the table, not offsets
  bool lines_in_trees() const { return minor_ >= 20; }

  void begin(std::size_t i) {
    text_.align(16, '\xcc');
    code_[i].entry = text_.here();
  }
  void relative(std::string_view opcode, std::uint64_t target) {
    text_.text(opcode);
    text_.put(static_cast<std::uint32_t>(target - (text_.here() + 4)));
  }

  void write_code() {
    text_.text(std::string(16, '\xcc'));  // so that no function is at offset 0
    begin(0);
    text_.text("\x90");
    const auto call = text_.size();
    relative("\xe8", 0);
    relative("\x48\x8d\x05", itab_address);  // LEA
    text_.text("\xff\x50\x18");              // CALL [AX+24]
    relative("\x48\x8d\x05", numbers_address);
    relative("\x48\x8d\x05", dictionary_address);
    text_.text("\xc3");
    begin(1);
    text_.text("\x90\x90\x90\xc3");
    text_.set(call + 1, static_cast<std::uint32_t>(code_[1].entry - (text_.start() + call + 5)));
    for (const auto i : {2, 3, 4, 5}) {
      begin(static_cast<std::size_t>(i));
      text_.text("\xc3");
    }
    text_.align(16, '\xcc');
  }

  std::uint32_t type_name(std::string_view name) {
    const auto at = static_cast<std::uint32_t>(constants_.here() - constants_address);
    constants_.put(std::uint8_t{1});
    if (minor_ < 17) constants_.put(std::uint8_t{0});
    constants_.put(static_cast<std::uint8_t>(name.size()));
    constants_.text(name);
    return at;
  }
  std::uint32_t type_offset() { return static_cast<std::uint32_t>(constants_.here() - constants_address); }
  void common(std::uint64_t size, std::uint8_t flags, std::uint8_t kind, std::uint32_t name) {
    constants_.words({size, kind == 25 ? 0 : size});
    constants_.put(std::uint32_t{0x1234});
    for (const auto byte : {flags, std::uint8_t{8}, std::uint8_t{8}, kind}) constants_.put(byte);
    constants_.words({0, 0});
    constants_.halves({name, 0});
  }

  // func(), main.T with Method, main.I.
  void write_types() {
    constants_.put(std::uint64_t{0});
    constants_.words({7, code_[4].entry, 0, code_[5].entry});
    const auto function_at = type_offset();
    common(8, 0, 19, 0);
    constants_.put(std::uint64_t{0});
    const auto concrete_at = type_offset();
    common(8, 1, 25, 0);
    constants_.words({0, 0, 0, 0});
    constants_.put(std::uint32_t{0});
    constants_.put(std::uint16_t{1});
    constants_.put(std::uint16_t{1});
    constants_.halves({16, 0});
    const auto method_at = constants_.size();
    constants_.halves({0, function_at, offset_of(2), offset_of(2)});
    types_linked_ = type_offset();
    const auto interface_at = type_offset();
    common(16, 0, 20, 0);
    constants_.words({0, constants_.here() + 32, 1, 1});
    const auto imethod_at = constants_.size();
    constants_.halves({0, function_at});
    const auto method = type_name("Method");
    constants_.set(method_at, method);
    constants_.set(imethod_at, method);
    constants_.set(function_at + 40, type_name("func()"));
    constants_.set(concrete_at + 40, type_name("main.T"));
    constants_.set(interface_at + 40, type_name("main.I"));
    constants_.align(8);
    types_end_ = type_offset();
    concrete_ = constants_address + concrete_at;
    constants_.set(dictionary_address - constants_address, concrete_);
    interface_ = constants_address + interface_at;
    typelinks_ = constants_.here();
    constants_.put(function_at);
    constants_.align(8);
    itablinks_ = constants_.here();
    constants_.put(itab_address);
  }
  std::uint32_t offset_of(std::size_t i) const { return static_cast<std::uint32_t>(code_[i].entry - text_address); }

  // One call of main.small in main.callee; it returns to offset 1.
  void write_inlining() {
    small_ = names_.add("main.small");
    tree_ = constants_.here();
    if (lines_in_trees())
      constants_.halves({0, small_, 1, 30});
    else
      constants_.halves({0xffff, 1, 21, small_, 1});
    constants_.align(8);
  }

  // A table of values: pairs of value and length.
  std::uint32_t table(std::initializer_list<std::pair<std::int32_t, std::uint32_t>> runs) {
    const auto at = static_cast<std::uint32_t>(tables_.size());
    std::int32_t last = -1;
    for (const auto& [value, length] : runs) {
      const auto change = value - last;
      tables_.push_back(static_cast<char>(change < 0 ? ~(change << 1) : change << 1));
      tables_.push_back(static_cast<char>(length));
      last = value;
    }
    tables_.push_back(0);
    return at;
  }

  std::string record(std::size_t i, std::uint32_t files, std::uint32_t lines, std::uint32_t inlined) {
    Part part(0);
    if (addresses())
      part.put(code_[i].entry);
    else
      part.put(offset_of(i));
    part.halves({names_.add(code_[i].name), 0, 0, 0, files, lines, inlined ? 3u : 0u});
    if (!old()) part.put(std::uint32_t{0});
    if (lines_in_trees()) part.put(code_[i].line);
    const std::uint32_t data = inlined ? (old() ? 5 : 4) : 0;
    part.put(data << 24);
    if (!inlined) return part.bytes();
    part.halves({0, 0, inlined});
    if (addresses()) {
      part.align(8);
      for (std::uint32_t k = 0; k + 1 < data; ++k) part.put(std::uint64_t{0});
      part.put(tree_);
    } else {
      part.halves({~0u, ~0u, ~0u, static_cast<std::uint32_t>(tree_ - constants_address)});
    }
    return part.bytes();
  }

  void write_functions() {
    const std::string file = old() ? "" : std::string("main.go") + '\0';
    const auto files = table({{old() ? 1 : 0, 100}});
    std::vector<std::string> records;
    for (std::size_t i = 0; i < code_.size(); ++i) {
      std::uint32_t lines = 0, inlined = 0;
      if (i == 0)
        lines = table({{10, 1}, {11, 10}, {12, 100}});
      else if (i == 1)
        lines = table({{20, 1}, {31, 2}, {22, 100}});
      else
        lines = table({{static_cast<std::int32_t>(code_[i].line), 100}});
      if (i == 1) {
        lines = table({{20, 1}, {21, 1}, {31, 1}, {22, 100}});
        inlined = table({{-1, 2}, {0, 1}, {-1, 100}});
      }
      records.push_back(record(i, files, lines, inlined));
    }
    constants_.align(32);
    pclntab_ = constants_.here();
    const auto count = code_.size();
    const std::uint32_t magic = old() ? 0xfffffffb : minor_ < 18 ? 0xfffffffa : minor_ < 20 ? 0xfffffff0 : 0xfffffff1;
    const std::size_t pair = addresses() ? 16 : 8;
    const auto header = old() ? 16 : minor_ < 18 ? 64u : 72u;
    const auto names_at = header + (old() ? pair * count + 12 : 0);
    const auto pad = [](std::size_t at) { return (at + 7) & ~std::size_t{7}; };
    const auto names_begin = pad(names_at);
    // Of old tables everything is relative to the beginning.
    if (old()) return write_old_functions(records, names_begin);
    const auto units = pad(names_begin + names_.bytes.size()), paths = pad(units + 4);
    const auto tables = pad(paths + file.size()), functions = pad(tables + tables_.size());
    Part part(pclntab_);
    part.halves({magic, 0x08010000});
    part.words({count, 1});
    if (minor_ >= 18) part.put(minor_ >= 26 ? 0 : text_address);
    part.words({names_begin, units, paths, tables, functions});
    const auto add = [&](std::size_t at, const std::string& bytes) {
      part.text(std::string(at - part.size(), '\0'));
      part.text(bytes);
    };
    add(names_begin, names_.bytes);
    add(units, std::string(4, '\0'));
    add(paths, file);
    add(tables, tables_);
    add(functions, "");
    ftab_ = part.here();
    pclntable_ = part.here();
    write_pairs(part, pair, pair * (count + 1), records);
    pclntab_end_ = part.here();
    constants_.text(part.bytes());
  }

  void write_pairs(Part& part, std::size_t pair, std::size_t first, const std::vector<std::string>& records) {
    auto at = (first + 7) & ~std::size_t{7};
    const auto put = [&](std::uint64_t entry, std::uint64_t offset) {
      if (pair == 16)
        part.words({entry, offset});
      else
        part.halves({static_cast<std::uint32_t>(entry - text_address), static_cast<std::uint32_t>(offset)});
    };
    for (std::size_t i = 0; i < code_.size(); ++i) {
      put(code_[i].entry, at);
      at = (at + records[i].size() + 7) & ~std::size_t{7};
    }
    put(text_.here(), 0);
    part.align(8);
    for (const auto& record : records) {
      part.text(record);
      part.align(8);
    }
  }

  void write_old_functions(std::vector<std::string>& records, std::size_t names_begin) {
    // Names and tables are moved to where they begin; 8 is where a record has its name, 20 its first table.
    const auto tables_begin = names_begin + names_.bytes.size();
    const auto shift = [&](std::string& record, std::size_t at, std::size_t by) {
      std::uint32_t value = 0;
      record.copy(reinterpret_cast<char*>(&value), 4, at);
      value += static_cast<std::uint32_t>(by);
      record.replace(at, 4, reinterpret_cast<const char*>(&value), 4);
    };
    for (auto& record : records) {
      shift(record, 8, names_begin);
      for (const auto at : {24, 28}) shift(record, static_cast<std::size_t>(at), tables_begin);
      if (record.size() > 40) shift(record, 48, tables_begin);
    }
    constants_.set(tree_ - constants_address + 12, static_cast<std::uint32_t>(small_ + names_begin));
    const auto file_name = tables_begin + tables_.size();
    const auto files = (file_name + 8 + 7) & ~std::size_t{7};
    const auto first = files + 8;
    Part part(pclntab_);
    part.halves({0xfffffffb, 0x08010000});
    part.put(std::uint64_t{code_.size()});
    ftab_ = part.here();
    pclntable_ = pclntab_;
    auto at = first;
    for (std::size_t i = 0; i < code_.size(); ++i) {
      part.words({code_[i].entry, at});
      at = (at + records[i].size() + 7) & ~std::size_t{7};
    }
    part.put(text_.here());
    part.put(static_cast<std::uint32_t>(files));
    part.text(std::string(names_begin - part.size(), '\0'));
    part.text(names_.bytes);
    part.text(tables_);
    part.text(std::string("main.go") + '\0');
    part.align(8);
    part.halves({2, static_cast<std::uint32_t>(file_name)});
    for (const auto& record : records) {
      part.text(record);
      part.align(8);
    }
    pclntab_end_ = part.here();
    constants_.text(part.bytes());
  }

  void write_data() {
    data_.words({interface_, concrete_, 0x1234, code_[2].entry});
    const auto task = data_.here();
    data_.halves({0, 1});
    data_.put(code_[3].entry);
    const auto tasks = data_.here();
    data_.put(task);
    data_.align(16);
    data_.text("\xff Go buildinf:");
    const auto version = fmt::format("go1.{}", minor_);
    const std::string lines =
        "0123456789abcdef"
        "path\texample.org/tiny\nmod\texample.org/tiny\tv1.0.0\t\n"
        "fedcba9876543210";
    if (minor_ < 18) {
      data_.put(std::uint8_t{8});
      data_.put(std::uint8_t{0});
      const auto headers = data_.here() + 16;
      data_.words({headers, headers + 16, headers + 32, version.size(), headers + 32 + version.size(), lines.size()});
      data_.text(version + lines);
    } else {
      data_.put(std::uint8_t{0});
      data_.put(std::uint8_t{2});
      data_.words({0, 0});
      data_.put(static_cast<std::uint8_t>(version.size()));
      data_.text(version);
      data_.put(static_cast<std::uint8_t>(lines.size()));
      data_.text(lines);
    }
    data_.align(8);
    const auto slice = [&](std::uint64_t address, std::uint64_t count) { data_.words({address, count, count}); };
    if (old()) {
      slice(pclntab_, pclntab_end_ - pclntab_);
    } else {
      data_.put(pclntab_);
      for (int i = 0; i < 4; ++i) slice(0, 0);
      slice(pclntable_, pclntab_end_ - pclntable_);
    }
    slice(ftab_, code_.size() + 1);
    if (old()) slice(0, 0);
    data_.words({0, code_[0].entry, text_.here(), text_address, text_.here()});
    for (int i = 0; i < 8 + (minor_ >= 20 ? 2 : 0) + 3; ++i) data_.put(std::uint64_t{0});
    data_.put(constants_address);
    if (minor_ >= 27) data_.put(std::uint64_t{types_linked_});
    data_.put(constants_address + types_end_);
    if (minor_ >= 27) data_.words({itab_address - constants_address, 32});
    if (minor_ >= 18) data_.words({constants_address, constants_address});
    if (minor_ >= 26) data_.put(pclntab_end_);
    slice(0, 0);
    if (minor_ < 27) {
      slice(typelinks_, 1);
      slice(itablinks_, 1);
    }
    for (int i = 0; i < 8; ++i) data_.put(std::uint64_t{0});
    if (minor_ >= 21) slice(tasks, 1);
    data_.words({0, 0, 0, 0});
  }

  std::string elf() const {
    Part file(0);
    Elf64_Ehdr header{};
    std::copy_n(ELFMAG, 4, header.e_ident);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = 1;
    header.e_type = ET_EXEC;
    header.e_machine = EM_X86_64;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 3;
    file.put(header);
    auto offset = sizeof header + 3 * sizeof(Elf64_Phdr);
    for (const auto* part : {&text_, &constants_, &data_}) {
      Elf64_Phdr segment{};
      segment.p_type = PT_LOAD;
      segment.p_flags = PF_R | (part == &text_ ? PF_X : part == &data_ ? PF_W : 0u);
      segment.p_offset = offset;
      segment.p_vaddr = part->start();
      segment.p_filesz = segment.p_memsz = part->size();
      file.put(segment);
      offset += part->size();
    }
    for (const auto* part : {&text_, &constants_, &data_}) file.text(part->bytes());
    return file.bytes();
  }

  int minor_;
  Part text_{text_address}, constants_{constants_address}, data_{data_address};
  std::vector<Code> code_ = {{"main.main", 10}, {"main.callee", 20}, {"main.T.Method", 40},
                             {"main.init", 50}, {"main.lonely", 60}, {"main.listed", 62}};
  Strings names_;
  std::string tables_ = std::string(1, '\0');
  std::uint32_t small_ = 0, types_linked_ = 0, types_end_ = 0;
  std::uint64_t concrete_ = 0, interface_ = 0, typelinks_ = 0, itablinks_ = 0, tree_ = 0;
  std::uint64_t pclntab_ = 0, pclntab_end_ = 0, pclntable_ = 0, ftab_ = 0;
};

std::string tiny_program(int go_minor) { return Program(go_minor).build(); }

using testing::ElementsAre;

constexpr int forms[] = {15, 16, 17, 18, 19, 20, 21, 24, 26, 27};

class TinyProgram : public testing::TestWithParam<int> {};

TEST_P(TinyProgram, IsReadInEachForm) {
  const auto program = Executable::from_bytes(tiny_program(GetParam()), "tiny");
  ASSERT_TRUE(program) << describe(program.error());
  EXPECT_EQ(program->build_info().go_minor, GetParam());
  EXPECT_EQ(program->build_info().package, "example.org/tiny");
  std::map<std::string, std::string> places;
  for (FunctionId id = 0; id < program->function_count(); ++id) {
    const auto at = program->position(id);
    places.emplace(program->name(id), fmt::format("{}:{}", at.file, at.line));
  }
  EXPECT_EQ(program->physical_count(), 6u);
  EXPECT_EQ(places.size(), 7u);
  EXPECT_EQ(places["main.main"], "main.go:10");
  EXPECT_EQ(places["main.callee"], "main.go:20");
  // Before Go 1.20 only the inlined instructions have lines.
  EXPECT_EQ(places["main.small"], GetParam() < 20 ? "main.go:31" : "main.go:30");
}

TEST_P(TinyProgram, IsFollowedInEachForm) {
  const auto program = Executable::from_bytes(tiny_program(GetParam()), "tiny");
  ASSERT_TRUE(program) << describe(program.error());
  const auto reach = Reach::compute(*program, {1});
  ASSERT_TRUE(reach);
  const auto chain_of = [&](std::string_view name) {
    std::vector<std::string> lines;
    for (const auto id : program->named(name))
      for (const auto& frame : reach->chain(id))
        lines.push_back(fmt::format("{} {}:{}{}", to_string(frame.edge), frame.function, frame.at.line,
                                    frame.via.empty() ? "" : " " + frame.via));
    return lines;
  };
  EXPECT_THAT(chain_of("main.callee"), ElementsAre("root main.main:11", "call main.callee:20"));
  EXPECT_THAT(chain_of("main.small"), ElementsAre("root main.main:11", "call main.callee:21",
                                                  fmt::format("inlined main.small:{}", GetParam() < 20 ? 31 : 30)));
  EXPECT_THAT(chain_of("main.T.Method"), ElementsAre("root main.main:11", "itab main.T.Method:40 main.T as main.I"));
  EXPECT_EQ(chain_of("main.init").empty(), GetParam() < 21);
  EXPECT_THAT(chain_of("main.listed"), ElementsAre("root main.main:12", "closure main.listed:62"));
  EXPECT_THAT(chain_of("main.lonely"), ElementsAre());
  EXPECT_EQ(reach->count(Level::none), GetParam() < 21 ? 2u : 1u);
}

// Under the sanitizers this is the proof that every length and offset is checked where it is followed.
TEST_P(TinyProgram, SurvivesEachTruncationAndEachDamagedWord) {
  const auto original = tiny_program(GetParam());
  for (std::size_t size = 0; size < original.size(); size += 7)
    EXPECT_FALSE(Executable::from_bytes(original.substr(0, size), "cut")) << size;
  for (std::size_t at = 0; at + 4 <= original.size(); at += 4) {
    for (const std::uint32_t value : {0u, 0xffffffffu, 0x00404000u}) {
      auto damaged = original;
      damaged.replace(at, 4, reinterpret_cast<const char*>(&value), 4);
      const auto program = Executable::from_bytes(damaged, "damaged");
      if (!program) {
        EXPECT_EQ(program.error().category, model::Category::input) << at;
        continue;
      }
      const auto reach = Reach::compute(*program, {1});
      if (!reach) continue;
      for (FunctionId id = 0; id < program->function_count(); ++id) reach->chain(id);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, TinyProgram, testing::ValuesIn(forms),
                         [](const auto& form) { return fmt::format("Go1_{}", form.param); });

// The fuzzer's seeds are these programs; BLOBGAUGE_REWRITE=1 writes them anew.
TEST(TinyPrograms, AreTheSeedsOfTheFuzzer) {
  for (const auto minor : {15, 17, 18, 20, 26, 27}) {
    const auto path = fmt::format("{}/tests/corpora/gobinary/go1.{}", BLOBGAUGE_SOURCE_DIR, minor);
    if (std::getenv("BLOBGAUGE_REWRITE")) {
      std::filesystem::create_directories(std::filesystem::path(path).parent_path());
      ASSERT_TRUE(model::write_file(path, tiny_program(minor)));
    }
    const auto seed = model::read_file(path);
    ASSERT_TRUE(seed) << describe(seed.error());
    EXPECT_TRUE(*seed == tiny_program(minor)) << path;
  }
}

}  // namespace
}  // namespace blobgauge::analyzer::gobinary
