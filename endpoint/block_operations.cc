#include <pugixml.hpp>

#include "endpoint/block.h"
#include "endpoint/conditions.h"
#include "endpoint/fault.h"
#include "endpoint/resource.h"
#include "endpoint/xml.h"
#include "model/text.h"

namespace blobgauge::endpoint {
namespace {

constexpr std::size_t uncommitted_limit = 100'000;
constexpr std::size_t list_limit = 50'000;

std::optional<std::size_t> decoded_size(std::string_view id) {
  const auto bytes = model::from_base64(id);
  return bytes ? std::optional(bytes->size()) : std::nullopt;
}

void write_blocks(XmlWriter& xml, std::string_view element, const std::vector<const Block*>& blocks) {
  if (blocks.empty()) return xml.leaf(element, "");
  xml.open(element);
  for (const auto* block : blocks) {
    xml.open("Block");
    xml.leaf("Name", block->id);
    xml.leaf("Size", std::to_string(block->content.size()));
    xml.close("Block");
  }
  xml.close(element);
}

}  // namespace

Outcome<void> stage_block(Call& call, Content content) {
  const std::string id(call.request.parameter("blockid"));
  if (id.empty()) return refuse(missing_query("blockid"));
  const auto size = decoded_size(id);
  if (!size) return refuse(bad_query("blockid", id, "Not a valid base64 string."));
  if (*size == 0 || *size > 64)
    return refuse(errors::out_of_range_query, {{"QueryParameterName", "blockid"},
                                               {"QueryParameterValue", id},
                                               {"MinimumAllowed", "1"},
                                               {"MaximumAllowed", "64"}});
  BLOBGAUGE_CHECK(check_blob_name(call.request.address.blob));
  BLOBGAUGE_TRY(Container * container, container_of(call));
  const auto found = container->blobs.find(call.request.address.blob);
  if (found != container->blobs.end()) {
    const auto& entry = found->second;
    if (entry.current)
      BLOBGAUGE_CHECK(entry.current->lease.permit_write(Leased::blob, call.request.header("x-ms-lease-id"), call.now));
    // All ids of one blob have one length; what the last commit used counts as well.
    const auto fits = [&](std::string_view other) { return decoded_size(other) == size; };
    if (!entry.uncommitted.empty() && !fits(entry.uncommitted.begin()->first)) return refuse(errors::invalid_block);
    if (entry.uncommitted.empty() && entry.current && !entry.current->blocks.empty() &&
        !fits(entry.current->blocks.front().id))
      return refuse(errors::invalid_block);
    if (entry.uncommitted.size() >= uncommitted_limit && !entry.uncommitted.contains(id))
      return refuse(errors::block_count);
  }
  container->blobs[call.request.address.blob].uncommitted.insert_or_assign(id, Block{id, std::move(content)});
  return {};
}

Outcome<Answer> put_block(Call& call) {
  const auto& request = call.request;
  if (request.body.size() == 0 && !passes_over(request, "empty block"))
    return refuse(bad_header("Content-Length", "0"));
  BLOBGAUGE_CHECK(check_hashes(request, request.body.digests));
  BLOBGAUGE_CHECK(stage_block(call, request.body.content));
  auto out = answer(201);
  add_hashes(out, request, request.body.digests);
  return out.with("x-ms-request-server-encrypted", "true");
}

Outcome<Answer> put_block_list(Call& call) {
  const auto& request = call.request;
  BLOBGAUGE_TRY(const auto text, body_text(request));
  BLOBGAUGE_CHECK(check_hashes(request, request.body.digests));
  BLOBGAUGE_TRY(auto metadata, read_metadata(request.headers));
  BLOBGAUGE_TRY(auto tags, read_tags_header(request));
  BLOBGAUGE_TRY(auto tier, read_tier(request, call.now));
  pugi::xml_document parsed;
  if (!parsed.load_buffer(text.data(), text.size()) || !parsed.child("BlockList")) return refuse(errors::invalid_xml);
  BLOBGAUGE_TRY(Container * container, permit_creation(call));

  static const BlobEntry nothing;
  const auto found = container->blobs.find(request.address.blob);
  const BlobEntry& entry = found == container->blobs.end() ? nothing : found->second;
  std::map<std::string_view, const Block*> committed;
  if (entry.current)
    for (const auto& block : entry.current->blocks) committed[block.id] = &block;
  Blob blob;
  for (const auto& element : parsed.child("BlockList").children()) {
    const std::string_view kind = element.name();
    const std::string_view id = model::trim(element.text().get());
    const Block* block = nullptr;
    if (kind != "Committed" && kind != "Uncommitted" && kind != "Latest") return refuse(errors::invalid_xml);
    if (kind != "Committed")
      if (const auto staged = entry.uncommitted.find(id); staged != entry.uncommitted.end()) block = &staged->second;
    if (!block && kind != "Uncommitted")
      if (const auto old = committed.find(id); old != committed.end()) block = old->second;
    if (!block) return refuse(errors::invalid_block_list);
    if (blob.blocks.size() == list_limit) return refuse(errors::block_list_too_long);
    blob.blocks.push_back(*block);
    blob.content.append(block->content);
  }
  blob.http = read_properties(request.headers);
  if (blob.http.type.empty()) blob.http.type = "application/octet-stream";
  blob.created = blob.modified = call.store.clock.next();
  blob.metadata = std::move(metadata);
  blob.tags = std::move(tags);
  blob.tier = std::move(tier);
  const auto modified = blob.modified;
  replace(container->blobs[request.address.blob], std::move(blob), call.now);
  auto out = answer(201).stamped(modified);
  add_hashes(out, request, request.body.digests);
  return out.with("x-ms-request-server-encrypted", "true");
}

Outcome<Answer> get_block_list(Call& call) {
  const auto& request = call.request;
  auto kind = model::lower(request.parameter("blocklisttype"));
  if (kind.empty()) kind = "committed";
  if (kind != "committed" && kind != "uncommitted" && kind != "all")
    return refuse(bad_query("blocklisttype", request.parameter("blocklisttype")));
  const auto snapshot = request.parameter("snapshot");
  const Blob* blob = nullptr;
  std::vector<const Block*> committed, uncommitted;
  BLOBGAUGE_TRY(Container * container, container_of(call));
  const auto found = container->blobs.find(request.address.blob);
  if (found == container->blobs.end()) return refuse(errors::blob_not_found);
  if (!snapshot.empty() || found->second.current) {
    BLOBGAUGE_TRY(blob, blob_of(call));
    BLOBGAUGE_CHECK(blob->lease.permit_read(Leased::blob, request.header("x-ms-lease-id"), call.now));
    BLOBGAUGE_CHECK(permit_read(request, blob->modified));
    for (const auto& block : blob->blocks) committed.push_back(&block);
  } else if (found->second.uncommitted.empty()) {
    return refuse(errors::blob_not_found);
  }
  if (snapshot.empty())
    for (const auto& [id, block] : found->second.uncommitted) uncommitted.push_back(&block);
  XmlWriter xml;
  xml.open("BlockList");
  if (kind != "uncommitted") write_blocks(xml, "CommittedBlocks", committed);
  if (kind != "committed") write_blocks(xml, "UncommittedBlocks", uncommitted);
  xml.close("BlockList");
  auto out = document(xml.take());
  if (blob) out.stamped(blob->modified).with("x-ms-blob-content-length", std::to_string(blob->content.size()));
  return out;
}

}  // namespace blobgauge::endpoint
