#include "analyzer/client_file.h"

namespace blobgauge::analyzer {

model::Status check_client_format(model::yaml::Fields& fields) {
  if (const auto format = fields.number_or("format", 0); format != 1)
    return model::fail(model::Category::input,
                       fmt::format("{}: format {} is not known here, 1 is", fields.file(), format));
  return {};
}

model::Status read_implicit_headers(model::yaml::Fields& fields, std::vector<ImplicitHeader>& into) {
  return each_entry(fields, "implicit", "an implicit header", [&](model::yaml::Fields& entry) {
    ImplicitHeader header;
    header.name = entry.text("name");
    header.reason = entry.text("reason");
    header.methods = entry.list("methods");
    header.stage = entry.text_or("stage", "");
    header.with_body = entry.flag_or("with_body", false);
    const auto presence = entry.text("presence");
    bool known = false;
    for (const auto p :
         {model::Presence::always, model::Presence::conditional, model::Presence::never, model::Presence::undecided})
      if (model::name_of(p) == presence) header.presence = p, known = true;
    if (!known) entry.refuse(fmt::format("presence \"{}\" is none of always, conditional, never, undecided", presence));
    into.push_back(std::move(header));
  });
}

}  // namespace blobgauge::analyzer
