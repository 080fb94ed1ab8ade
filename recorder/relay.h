#pragma once
// Carries one exchange between two connections, both directions at once: early answers, 100-continue and bodies of any
// size pass as they come. One relay serves one attempt on one connection to the server.
#include <cstdint>
#include <optional>
#include <string>

#include "model/exchange.h"
#include "recorder/body_tap.h"
#include "wire/connection.h"
#include "wire/server.h"
#include "wire/task.h"

namespace blobgauge::recorder {

struct RelayOptions {
  Hashes hashes = Hashes::sha256;
  const HashWorker* hash_worker = nullptr;
  std::uint64_t keep_request = 0;  // bytes of the request's body
  std::uint64_t keep_answer = 0;   // of the answer's
  std::uint64_t keep_error = 0;    // of an answer with status 400 or more
  KeptShare* share = nullptr;      // of the budget for what is kept; null: no bound
  bool keeps_documents = false;    // XML and JSON answers are kept up to keep_error too
  wire::Milliseconds early_answer_grace{2'000};
};

class Relay {
 public:
  // All of them must outlive the relay. `exchange` has its request, but for the body.
  Relay(wire::Transaction& client, wire::Connection& server, model::Exchange& exchange, const RelayOptions& options);

  // Sends `head` and everything after it. Fills bodies, response and marks of the exchange.
  wire::Task<> run(std::string_view head);

  // What came of it, after run().
  bool answered() const { return answered_; }            // a final head went to the client, or what came in its place
  bool complete() const { return complete_; }            // and all of its body
  bool keeps_server() const { return keeps_server_; }    // its connection can carry another request
  bool client_failed() const { return client_failed_; }  // it left, or sent what is no request
  // No byte of an answer came: on a kept connection, that was closed while the request was on its way.
  bool silent() const { return silent_; }
  const std::optional<model::Error>& error() const { return error_; }  // of the server's side

 private:
  wire::Task<> upload(std::string_view head);
  wire::Task<> download();
  wire::Task<bool> pass_heads(wire::ResponseHead& head);
  wire::Task<bool> pass_body(const wire::ResponseHead& head);
  wire::Task<> pass_malformed(std::string_view first, std::string why);
  wire::Task<> copy_answer(std::uint64_t& size);
  wire::Task<> watch_client();
  void server_failed(model::Error error);
  void client_gone(std::string_view when);
  void look_at_client();
  void reset_client();
  wire::Task<> request_failed(const model::Error& error);
  wire::Task<> end_upload();
  void mark(std::string text) { exchange_.marks.push_back(std::move(text)); }

  wire::Transaction& client_;
  wire::Connection& server_;
  model::Exchange& exchange_;
  const RelayOptions& options_;
  BodyTap request_tap_, answer_tap_;
  wire::Event uploaded_;
  std::int64_t request_end_ns_ = 0;
  std::uint64_t moved_ = 0;  // pieces of the request's body
  bool request_complete_ = false, answered_ = false, complete_ = false, keeps_server_ = false;
  bool client_failed_ = false, silent_ = true, sent_ = false;
  bool copied_ = false, watching_ = false;  // of a malformed answer
  bool ending_ = false;                     // the upload was told to end
  std::optional<model::Error> error_;
};

// Since 1970.
std::int64_t now_ns();

}  // namespace blobgauge::recorder
