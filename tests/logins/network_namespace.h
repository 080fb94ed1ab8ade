#pragma once
// A network of the test's own, where the address of the metadata service can be a server of the test.
#include <string>

namespace blobgauge::logins {

// Moves the whole process there; to be called before any thread or socket. It has loopback with `address` on it and
// nothing else: what a test does not serve cannot be reached. False where the system does not permit it.
bool enter_network_namespace(const std::string& address);

}  // namespace blobgauge::logins
