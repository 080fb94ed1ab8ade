#include "analyzer/gobinary/executable.h"

#include "analyzer/gobinary/build_info.h"
#include "analyzer/gobinary/function_table.h"
#include "analyzer/gobinary/image.h"
#include "analyzer/gobinary/module_data.h"

namespace blobgauge::analyzer::gobinary {

struct Executable::Parts {
  Image image;
  BuildInfo build_info;
  ModuleData module_data;
  FunctionTable functions;

  static model::Result<std::unique_ptr<Parts>> read(Image image) {
    // The table keeps views of the image, so that must be where it stays first.
    auto parts = std::unique_ptr<Parts>(new Parts{std::move(image), {}, {}, {}});
    BLOBGAUGE_TRY(parts->build_info, read_build_info(parts->image));
    BLOBGAUGE_TRY(parts->module_data, find_module_data(parts->image, parts->build_info.go_minor));
    BLOBGAUGE_TRY(parts->functions, FunctionTable::read(parts->image, parts->module_data));
    return parts;
  }
};

Executable::Executable(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Executable::Executable(Executable&&) noexcept = default;
Executable& Executable::operator=(Executable&&) noexcept = default;
Executable::~Executable() = default;

model::Result<Executable> Executable::open(const std::string& path) {
  BLOBGAUGE_TRY(auto image, Image::open(path));
  BLOBGAUGE_TRY(auto parts, Parts::read(std::move(image)));
  return Executable(std::move(parts));
}

model::Result<Executable> Executable::from_bytes(std::string_view bytes, const std::string& name) {
  BLOBGAUGE_TRY(auto image, Image::copy(bytes, name));
  BLOBGAUGE_TRY(auto parts, Parts::read(std::move(image)));
  return Executable(std::move(parts));
}

const BuildInfo& Executable::build_info() const { return parts_->build_info; }

std::string Executable::platform() const {
  std::string system = image().form() == Image::Form::pe ? "windows" : "linux";
  for (const auto& [key, value] : build_info().settings)
    if (key == "GOOS") system = value;
  return system + "/amd64";
}

FunctionId Executable::function_count() const { return parts_->functions.count(); }
FunctionId Executable::physical_count() const { return parts_->functions.physical_count(); }
std::string_view Executable::name(FunctionId id) const { return parts_->functions.name(id); }
Position Executable::position(FunctionId id) const { return parts_->functions.position(id); }

std::uint64_t Executable::entry(FunctionId id) const { return id < physical_count() ? parts_->functions.entry(id) : 0; }

std::vector<FunctionId> Executable::named(std::string_view wanted) const {
  std::vector<FunctionId> found;
  for (FunctionId id = 0; id < function_count(); ++id)
    if (name(id) == wanted) found.push_back(id);
  return found;
}

const FunctionId* Executable::hosts_begin(FunctionId id) const { return parts_->functions.hosts_begin(id); }
const FunctionId* Executable::hosts_end(FunctionId id) const { return parts_->functions.hosts_end(id); }

std::vector<InlinedFrame> Executable::frames_at(FunctionId id, std::uint64_t address) const {
  return parts_->functions.frames(id, address);
}

const Image& Executable::image() const { return parts_->image; }
const ModuleData& Executable::module_data() const { return parts_->module_data; }
const FunctionTable& Executable::functions() const { return parts_->functions; }

}  // namespace blobgauge::analyzer::gobinary
