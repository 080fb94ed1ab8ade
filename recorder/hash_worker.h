#pragma once
// Hashes bodies beside the loop that carries them. A SHA-256 of a byte costs about as much as forwarding it, and MD5
// twice that, so a large body that is hashed where it is forwarded passes at half the speed that two cores have.
//
// Work is handed over as copies: the next read may then use the buffer again. What is under way is bounded, over all
// bodies; beyond it the caller hashes, so both share the work and nobody waits for long.
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/exchange.h"
#include "wire/digest.h"

namespace blobgauge::recorder {

class HashWorker {
 public:
  // Starts a thread; none on a machine with one core, where it would only cost.
  explicit HashWorker(std::size_t most_bytes = 2 << 20);
  ~HashWorker();  // bodies may outlive it
  HashWorker(const HashWorker&) = delete;
  HashWorker& operator=(const HashWorker&) = delete;

  struct State;

 private:
  friend class BodyHash;
  std::shared_ptr<State> state_;
};

// The digests of one body. Of one thread, beside the worker's.
class BodyHash {
 public:
  // Without a worker everything is hashed where it is called.
  BodyHash(const std::vector<std::pair<std::string model::Body::*, wire::Algorithm>>& wanted, const HashWorker* worker);
  ~BodyHash();
  BodyHash(const BodyHash&) = delete;
  BodyHash& operator=(const BodyHash&) = delete;

  void update(std::string_view payload);
  // Puts the digests, in hex, into their members of `body`. Waits for what is under way; may be called once.
  void finish(model::Body& body);

  struct Stream;

 private:
  bool behind() const;  // the worker has something left
  void hand_over();
  void hash_here(std::string_view payload);

  std::shared_ptr<HashWorker::State> worker_;
  std::shared_ptr<Stream> stream_;
};

}  // namespace blobgauge::recorder
