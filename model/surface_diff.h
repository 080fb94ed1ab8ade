#pragma once
// What one surface has and another has not, graded by what it asks of an endpoint.
#include <set>
#include <string>
#include <vector>

#include "model/surface.h"

namespace blobgauge::model {

// breaking: the new surface asks for something that the old one never did (an operation, a header, a value).
// harmless: it asks for less. evidence: only counts, presence or values of which nothing is known moved.
enum class Grade { breaking, harmless, evidence };

struct SurfaceChange {
  Grade grade = Grade::breaking;
  std::string operation, what, name;  // "Put Block", "request header", "If-Match"
  std::string before, after;          // empty where it was not there
  // Where the client's code (or a recording) shows it: the first evidence of the surface that has it, a line each.
  std::vector<std::string> where;
  // The values that are new, where they are written out in the code or were seen: a case that shows how an endpoint
  // deals with the change sends one of them. Empty: any value will do, or none is known.
  std::set<std::string> asked = {};
};

// The same for the same change, whatever else the two surfaces say and wherever it stands: 16 hex digits over the
// fields of the change, grade and evidence apart.
std::string fingerprint(const SurfaceChange& change);

// Where `after` is partial evidence, what it lacks is no change. `before` must not be: all that it lacks would be new.
std::vector<SurfaceChange> diff(const Surface& before, const Surface& after);
std::string_view name_of(Grade grade);

}  // namespace blobgauge::model
