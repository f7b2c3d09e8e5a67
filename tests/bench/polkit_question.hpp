// The question that the broker asks polkit for each sandbox, asked by this program about itself: what that alone takes.
#pragma once

#include "stopwatch.hpp"

#include <systemd/sd-bus.h>

namespace sandboxd::bench {

class PolkitQuestion {
public:
    PolkitQuestion();
    ~PolkitQuestion();
    PolkitQuestion(const PolkitQuestion&) = delete;
    PolkitQuestion& operator=(const PolkitQuestion&) = delete;

    // Ends the program if there is no answer.
    [[nodiscard]] Sample measure();

private:
    sd_bus* bus_ = nullptr;
};

} // namespace sandboxd::bench
