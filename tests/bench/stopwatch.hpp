// One measured start: when the payload ran and when its end was known, both counted from the request.
#pragma once

#include "sandboxd/descriptor.hpp"

#include <ctime>

namespace sandboxd::bench {

struct Sample {
    double execUsec = 0;
    double exitUsec = 0;
};

// The pipe through which the payload tells its time, and the time of the request.
class Stopwatch {
public:
    Stopwatch();

    // For the payload's stdout; closed by started().
    [[nodiscard]] int payloadsEnd() const noexcept { return writer_.get(); }

    void start();
    // After the payload (or its launcher) has its own copy.
    void started() { writer_.reset(); }
    // When the end is known. Ends the program if the payload wrote no time: then nothing was measured.
    [[nodiscard]] Sample stop();

private:
    client::Descriptor reader_;
    client::Descriptor writer_;
    timespec requested_{};
};

[[noreturn]] void fail(const char* what);

} // namespace sandboxd::bench
