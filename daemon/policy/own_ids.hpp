// Whose ids a request maps: only the caller's own have a meaning inside that needs no Right. Pure.
#pragma once

#include "base/result.hpp"
#include "policy/caller.hpp"
#include "spec/spec.hpp"

namespace sandboxd::policy {

// NotSupported, naming the key, for a map of another id than the caller's uid or primary group.
Result<void> checkOwnIds(const spec::Spec& spec, const Caller& caller);

} // namespace sandboxd::policy
