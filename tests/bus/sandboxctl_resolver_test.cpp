// `sandboxctl run` where /etc/resolv.conf is a link into /run, as resolved and NetworkManager make it.
#include "bus_test.hpp"

#include <sched.h>
#include <sys/mount.h>

#include <filesystem>
#include <fstream>

namespace sandboxd::bus_tests {
namespace {

namespace fs = std::filesystem;

class Resolver : public BusTest {
protected:
    Resolver() {
        fs::create_directories(directory_);
        std::ofstream(directory_ + "/stub.conf") << content_;
        fs::create_symlink("stub.conf", directory_ + "/current");
    }
    ~Resolver() override { fs::remove_all(directory_); }

    // In a mount namespace with another /etc, which a rule allows here.
    Outcome runWith(const std::string& network) const {
        const Rules rules("if (action.id == \"org.sandboxd1.spawn-confined-caller\" && subject.user == \"" +
                          user_.name + "\") return polkit.Result.YES;");
        Line output;
        UserProcess::unchanged([&] {
            must(unshare(CLONE_NEWNS), "unshare");
            must(mount("none", "/etc", "tmpfs", 0, "mode=0755"), "mount");
            fs::create_symlink(".." + directory_ + "/current", "/etc/resolv.conf");
            const Outcome outcome = runAs(
                user_, {"sandboxctl", "run", "--network", network, "--chdir", "/", "--", "cat", "/etc/resolv.conf"});
            output.say(std::to_string(outcome.status) + outcome.output);
        }).finish();
        const std::string told = output.hear();
        Outcome outcome;
        outcome.status = std::stoi(told.substr(0, 1));
        outcome.output = told.substr(1);
        return outcome;
    }

    const std::string directory_ = "/run/bus-test-resolver";
    const std::string content_ = "nameserver 192.0.2.1\n";
};

TEST_F(Resolver, IsReadableWithTheCallersNetwork) {
    const Outcome outcome = runWith("host");
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.output, content_);
}

TEST_F(Resolver, IsAbsentWithoutIt) {
    const Outcome outcome = runWith("loopback");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.output, "");
}

} // namespace
} // namespace sandboxd::bus_tests
