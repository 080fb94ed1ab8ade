#include "wire/tls_bio.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace blobgauge::wire {

namespace {

bool may_retry(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

int read_some(BIO* bio, char* into, int size) {
  auto& bridge = *static_cast<TlsBridge*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (size <= 0) return 0;
  if (!bridge.early.empty()) {
    const auto count = std::min(bridge.early.size(), static_cast<std::size_t>(size));
    std::memcpy(into, bridge.early.data(), count);
    bridge.early.erase(0, count);
    return static_cast<int>(count);
  }
  const auto got = ::recv(bridge.socket, into, static_cast<std::size_t>(size), 0);
  if (got < 0) {
    bridge.last_error = errno;
    if (may_retry(bridge.last_error)) BIO_set_retry_read(bio);
  }
  if (got == 0) bridge.ended = true;
  return static_cast<int>(got);
}

int write_some(BIO* bio, const char* from, int size) {
  auto& bridge = *static_cast<TlsBridge*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto put =
      ::send(bridge.socket, from, static_cast<std::size_t>(size), MSG_NOSIGNAL | (bridge.more ? MSG_MORE : 0));
  if (put < 0) {
    bridge.last_error = errno;
    if (may_retry(bridge.last_error)) BIO_set_retry_write(bio);
  }
  return static_cast<int>(put);
}

long control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return static_cast<TlsBridge*>(BIO_get_data(bio))->ended ? 1 : 0;
  return 0;
}

BIO_METHOD* make_method() {
  auto* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "blobgauge socket");
  BIO_meth_set_read(method, read_some);
  BIO_meth_set_write(method, write_some);
  BIO_meth_set_ctrl(method, control);
  return method;
}

}  // namespace

BIO* make_bio(TlsBridge& bridge) {
  static BIO_METHOD* const method = make_method();  // as long as the process, as OpenSSL's own are
  auto* bio = BIO_new(method);
  if (!bio) return nullptr;
  BIO_set_data(bio, &bridge);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace blobgauge::wire
