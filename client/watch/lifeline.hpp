// What ties a sandbox to this process: a pipe of which the sandbox watches one end, and this process alone holds the
// other until it dies, however it dies.
#pragma once

#include "sandboxd/descriptor.hpp"
#include "sandboxd/result.hpp"

namespace sandboxd::watch {

struct Lifeline {
    client::Descriptor watched; // given to the sandbox, then closed here
    client::Descriptor held;

    [[nodiscard]] static client::Result<Lifeline> make();
};

} // namespace sandboxd::watch
