// polkitd stands still for questions about one user while this exists: its rule waits for a lock. Root's part only.
#pragma once

#include "rules.hpp"

#include "base/unique_fd.hpp"

#include <string>

namespace sandboxd::bus_tests {

class PolkitGate {
public:
    // For every question, or for one action's only.
    explicit PolkitGate(const std::string& userName, const std::string& action = "");
    ~PolkitGate(); // opens it
    // Returns when polkitd stands before it. The broker has the request then, and perhaps not looked at the caller yet;
    // if the action is that of confined callers, it has.
    void awaitArrival();
    void open();
    PolkitGate(const PolkitGate&) = delete;
    PolkitGate& operator=(const PolkitGate&) = delete;

private:
    UniqueFd arrivals_;
    UniqueFd lock_;
    Rules rules_;
};

} // namespace sandboxd::bus_tests
