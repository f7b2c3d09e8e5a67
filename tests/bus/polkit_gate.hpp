// polkitd stands still for the requests of one user while this exists: its rule waits for a lock. Root's part only.
#pragma once

#include "rules.hpp"

#include "base/unique_fd.hpp"

#include <string>

namespace sandboxd::bus_tests {

class PolkitGate {
public:
    explicit PolkitGate(const std::string& userName);
    ~PolkitGate(); // opens it
    // Returns when polkitd stands before it: the broker has judged that request's caller and waits for the answer.
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
