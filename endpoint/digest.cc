#include "endpoint/digest.h"

#include "model/text.h"

namespace blobgauge::endpoint {

Digests Digester::finish() { return {model::base64(md5_.finish()), model::base64(crc64_.bytes())}; }

Digests digest(std::string_view bytes) {
  Digester digester;
  digester.update(bytes);
  return digester.finish();
}

}  // namespace blobgauge::endpoint
