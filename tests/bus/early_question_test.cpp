// polkit is asked while the probe still looks at the caller: what that answer is good for, and when it is put again.
#include "bus_test.hpp"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

namespace sandboxd::bus_tests {
namespace {

// Its rule writes a line for each question about its user.
class EarlyQuestion : public BusTest {
protected:
    EarlyQuestion() {
        std::ofstream(path_).close();
        must(chmod(path_.c_str(), 0666) == 0 ? 0 : -errno, "chmod"); // polkitd's user writes it
    }
    ~EarlyQuestion() override { std::remove(path_.c_str()); }

    [[nodiscard]] std::string counting(const std::string& answer) const {
        const std::string command = "\"echo \" + action.id.length + \" >> " + path_ + "\"";
        return "if (subject.user == \"" + user_.name + "\") { polkit.spawn([\"/bin/sh\", \"-c\", " + command + "]); " +
               answer + " }";
    }

    // The length of the name of each action that was asked for.
    [[nodiscard]] std::string asked() const {
        std::ifstream file(path_);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    std::string error(const std::function<void()>& prepare = [] {}) const {
        Line answer;
        asUser(user_, [&] {
            prepare();
            answer.say(Connection().spawn(program({"/bin/true"})).error);
        });
        return answer.hear();
    }

private:
    const std::string path_ = "/run/bus-test-asked-" + user_.name;
};

void forbidNewPrivileges() {
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : -errno, "no_new_privs");
}

std::string lengthOf(const std::string& action) {
    return std::to_string(action.size()) + "\n";
}

const std::string spawn = lengthOf("org.sandboxd1.spawn");
const std::string spawnConfined = lengthOf("org.sandboxd1.spawn-confined-caller");

TEST_F(EarlyQuestion, IsTheOnlyOneForAnOrdinaryCaller) {
    const Rules rules(counting("return polkit.Result.YES;"));
    EXPECT_EQ(error(), "");
    EXPECT_EQ(asked(), spawn);
}

// Refused as long as the caller's confinement is not known: that answer counts for nothing.
TEST_F(EarlyQuestion, IsPutAgainWithAllActionsForAConfinedCaller) {
    const Rules rules(counting("return detail(\"needs\").indexOf(\"spawn-confined-caller\") < 0 ? polkit.Result.NO"
                               " : polkit.Result.YES;"));
    EXPECT_EQ(error(forbidNewPrivileges), "");
    EXPECT_TRUE(asked().ends_with(spawn + spawnConfined)) << asked();
}

// The other way round: an answer that was given before the confinement was known allows nothing to a confined caller.
TEST_F(EarlyQuestion, AllowsAConfinedCallerNothing) {
    const Rules rules(counting("return detail(\"needs\").indexOf(\"spawn-confined-caller\") < 0 ? polkit.Result.YES"
                               " : polkit.Result.NO;"));
    EXPECT_EQ(error(forbidNewPrivileges), "AccessDenied");
}

// What the probe finds out is told first, whatever polkit has said by then.
TEST_F(EarlyQuestion, RefusesNobodyBeforeTheCallerWasLookedAt) {
    const Rules rules(answerSpawnOf(user_.name, "NO"));
    EXPECT_EQ(error([] { must(unshare(CLONE_NEWUSER) == 0 ? 0 : -errno, "unshare"); }), "CallerConfined");
}

} // namespace
} // namespace sandboxd::bus_tests
