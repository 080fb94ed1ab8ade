#pragma once
// Which process of this machine is at the other end of a connection: a trace of a script that runs several clients says
// which one sent what. Found beside the traffic, on a thread of its own, because it takes about a millisecond.
#include <cstdint>
#include <memory>
#include <string>

#include "model/exchange.h"

namespace blobgauge::recorder {

class ClientFinder {
 public:
  ClientFinder();
  ~ClientFinder();
  ClientFinder(const ClientFinder&) = delete;
  ClientFinder& operator=(const ClientFinder&) = delete;

  // Begins to look for the client of that connection; both ends as "127.0.0.1:43210" or "[::1]:43210". Does nothing for
  // a client of another machine, or where many look-ups wait already.
  void look_for(std::uint64_t connection, const std::string& client_end, const std::string& own_end);
  // What was found of it, or nothing (id 0): not yet, not here, or not ours to see. Of the newest 4,096 connections.
  model::ClientProcess found(std::uint64_t connection) const;
  // Returns when all that was looked for is found or not.
  void settle();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace blobgauge::recorder
