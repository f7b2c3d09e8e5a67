// What a front end asks for, as the daemon has it when it has read a message: checked by the same rules, in the same
// words. Pure.
#pragma once

#include "base/result.hpp"
#include "sandboxd/spec.hpp"
#include "spec/spec.hpp"

#include <vector>

namespace sandboxd::engine {

struct Request {
    spec::Spec spec;
    std::vector<int> fds; // what the indexes of the Spec mean
};

// NotSupported for what only a daemon can do or decide: a profile, features, the identity `host` and the
// filters that it makes.
[[nodiscard]] Result<Request> convert(const client::SpecFields& fields);

} // namespace sandboxd::engine
