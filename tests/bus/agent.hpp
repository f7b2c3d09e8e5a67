// A polkit authentication agent that a process registers for itself, as a terminal's agent does. It never asks anybody.
#pragma once

#include "bus_client.hpp"

#include <string>

namespace sandboxd::bus_tests {

class Agent {
public:
    // For the calling process; serves on `connection`.
    explicit Agent(Connection& connection);

    // The dialog that polkit opens, with its action; waits for it. It stays open until cancel().
    std::string awaitDialog();
    // The user closes the dialog.
    void cancel();
    // True when polkit takes the open dialog back (CancelAuthentication).
    void awaitWithdrawal();
    // Whether a dialog was opened that nobody took.
    bool dialogPending();

private:
    Connection& connection_;
    Message dialog_;
};

} // namespace sandboxd::bus_tests
