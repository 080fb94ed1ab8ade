#include "http.h"

/* Makes a blob of one block; the tier is the caller's wish. */
int put_blob(const char* tier) {
  struct list* headers = header_add(0, "x-ms-blob-type", "BlockBlob");

  if (tier != 0) headers = header_add(headers, "x-ms-access-tier", tier);

  return http_send("PUT", headers) == 201;
}

int remove_blob(void) { return http_sends("DELETE", 0); }

int copy_blob(void) { return http_send("PUT", header_add(0, "x-ms-copy-source", "https://a.example/c/b")); }
