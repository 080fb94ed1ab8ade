#pragma once
// The values that a field was seen with, in bounded memory. A set of at most `most_values` texts; beyond that their
// templates ("bytes={number}-{number}"); beyond as many templates, dynamic. Every step only depends on the set of
// values and never on their order, so that sets merge associatively.
#include <string>
#include <string_view>

#include "model/surface.h"

namespace blobgauge::model {

inline constexpr std::size_t most_values = 8;

// The text with its changing pieces named: {guid}, {time}, {date}, {number}, {hex}, {base64}. Idempotent.
std::string template_of(std::string_view text);
// The same behind what is in `out`.
void append_template(std::string_view text, std::string& out);

void add_value(Value& value, std::string_view text);
// The same for a text that was seen on the wire: one with a piece that no two requests share (an identifier, a moment,
// base64, hexadecimal digits) is kept as its template from the first sighting on, so that neither a constant nor a list
// is made of it. Numbers and days stay as they are: most are the client's own.
void add_seen_value(Value& value, std::string_view text);
// Kept as its template, whatever it looks like.
void add_template(Value& value, std::string_view text);
Value merge_values(const Value& a, const Value& b);
// Of what sources say, in place of what was seen: nothing is made a template of, and too many are dynamic.
Value unite_values(const Value& a, const Value& b);

}  // namespace blobgauge::model
