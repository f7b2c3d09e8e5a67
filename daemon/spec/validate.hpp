// Cross-field rules of a Spec: what no single option can know. Pure.
#pragma once

#include "base/result.hpp"
#include "spec/spec.hpp"

namespace sandboxd::spec {

// ConflictingOptions, InvalidOption or BadFileDescriptor, naming the keys.
Result<void> validate(const Spec& spec);

} // namespace sandboxd::spec
