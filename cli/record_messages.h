#pragma once
// What `blobgauge record` says to people: before it begins, and why a recording is empty.
#include <string>
#include <vector>

#include "model/error.h"
#include "recorder/proxy.h"

namespace blobgauge::cli::record_command {

// Before the recording: a warning where others can reach the listener, which is `listen` in the user's words, and what
// the trace will hold where an upstream may be somebody's real account. Whole lines; empty where neither is so.
std::string announcement(const recorder::Proxy::Options& settings, const std::string& listen);

// Why no request of the client was forwarded, told from what did come. Always an error.
model::Status nothing_recorded(const recorder::Proxy::Counts& counts, const std::vector<std::string>& refused_hosts);

// What the trace's last line says about requests that are not in it, or were refused.
std::vector<std::string> notes_of(const recorder::Proxy::Counts& counts, const std::vector<std::string>& refused_hosts);

// "a, b"
std::string host_list(const std::vector<std::string>& hosts);

}  // namespace blobgauge::cli::record_command
