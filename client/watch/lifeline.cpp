#include "lifeline.hpp"

#include "failure.hpp"

#include <cerrno>
#include <fcntl.h>

namespace sandboxd::watch {

client::Result<Lifeline> Lifeline::make() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return failure("cannot make a pipe", errno);
    }
    return Lifeline{client::Descriptor(ends[0]), client::Descriptor(ends[1])};
}

} // namespace sandboxd::watch
