// What a caller that AppArmor confines may bind. Pure.
#pragma once

#include "base/result.hpp"
#include "plan/plan.hpp"

namespace sandboxd::plan {

// For a payload whose label holds its caller's: that profile judges files by their paths in the sandbox, so that a file
// under another name than its own would be judged as another file. CallerConfined for overlays, binds of descriptors
// and binds to other paths; sources and targets of the rest are resolved without symbolic links, by which a path would
// be another's name.
Result<void> bindInPlaceOnly(Plan& plan);

} // namespace sandboxd::plan
