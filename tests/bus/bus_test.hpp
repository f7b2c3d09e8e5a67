// What every test here starts from: an account of its own, and the check that nothing of it is left at the end.
#pragma once

#include "bus_client.hpp"
#include "private_system.hpp"
#include "program.hpp"
#include "rules.hpp"
#include "user_process.hpp"

#include <gtest/gtest.h>

namespace sandboxd::bus_tests {

// One request as somebody: broker and spawner connect at the first one, and keep that descriptor.
inline void warmUp() {
    asUser(freshUser(), [] { (void)Connection().spawn(program({"/bin/true"})); });
}

class BusTest : public testing::Test {
protected:
    // Runs behind the body, when its processes and connections are gone.
    void TearDown() override {
        leftovers_.expectNothingNew(exact_);
        EXPECT_EQ(daemons_, daemonsNow()) << "a daemon crashed, and was started again";
    }

    // For tests that kill one themselves.
    void daemonsChange() { daemons_ = daemonsNow(); }

    // For tests that start no sandbox: the broker's descriptors are compared as well.
    void nothingStarts() { exact_ = true; }

    const User user_ = freshUser();

private:
    static std::vector<pid_t> daemonsNow() { return {daemonPid("broker"), daemonPid("spawner")}; }

    std::vector<pid_t> daemons_ = daemonsNow();
    bool exact_ = false;
    Leftovers leftovers_;
};

// A test whose every request is refused.
class RefusalTest : public BusTest {
protected:
    RefusalTest() { nothingStarts(); }
};

// A shell script in a sandbox; what it wrote on stdout and how it ended. For use in a child process.
struct Ran {
    Spawned spawned;
    Ended ended;
    std::string output;
};
inline Ran runShell(Connection& connection, SpawnRequest request) {
    Ran ran;
    Pipe output;
    request.giving(1, output.writeEnd.get()).giving(2, output.writeEnd.get());
    ran.spawned = connection.spawn(request);
    ran.output = output.read();
    if (ran.spawned.error.empty()) {
        ran.ended = connection.wait(ran.spawned.path);
    }
    return ran;
}

} // namespace sandboxd::bus_tests
