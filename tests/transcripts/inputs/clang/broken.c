#include "http.h"

int put_blob(const char* tier) { return http_send("PUT", headers); }
