// Names that the caller exchanges for symbolic links again and again while its sandboxes are built: each request gets
// what was there first or a refusal, and both happen.
#include "bus_test.hpp"

#include <fcntl.h>

#include <filesystem>
#include <fstream>

namespace sandboxd::bus_tests {
namespace {

namespace fs = std::filesystem;

constexpr int users = 5;
constexpr int rounds = 20; // for each user: fewer than the refusals after which it would have to wait

// Exchanges two names until it is destroyed.
class Swapper {
public:
    Swapper(const fs::path& one, const fs::path& other)
        : process_(UserProcess::unchanged([&] {
              while (true) {
                  renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
              }
          })) {}
    ~Swapper() { process_.kill(); }
    Swapper(const Swapper&) = delete;
    Swapper& operator=(const Swapper&) = delete;

private:
    UserProcess process_;
};

class SwappedFiles : public BusTest {
protected:
    // Runs `round` as one user after another; it tells which of two outcomes there was. Both must come.
    static void expectBoth(const std::function<void(const User&)>& prepare,
                           const std::function<bool(Connection&, const User&)>& round) {
        bool seen[2] = {false, false};
        Line outcomes;
        for (int count = 0; count < users; ++count) {
            const User user = freshUser();
            asUser(user, [&] {
                prepare(user);
                const Swapper swapper(user.home + "/real", user.home + "/link");
                Connection connection;
                int first = 0;
                for (int number = 0; number < rounds; ++number) {
                    first += round(connection, user) ? 1 : 0;
                }
                outcomes.say(std::to_string(first));
            });
            const int first = std::stoi(outcomes.hear());
            seen[0] = seen[0] || first < rounds;
            seen[1] = seen[1] || first > 0;
        }
        EXPECT_TRUE(seen[0] && seen[1]) << "the exchange was never noticed";
    }
};

TEST_F(SwappedFiles, S16_ASourceIsTheFirstResolvedOrRefused) {
    const fs::path foreign = user_.home + "/readable";
    asUser(user_, [&] { // closed by its directory alone
        fs::create_directories(foreign);
        std::ofstream(foreign / "file") << "foreign";
    });
    expectBoth(
        [&](const User& user) {
            fs::create_directories(user.home + "/real");
            std::ofstream(user.home + "/real/file") << "own";
            fs::create_symlink(foreign, user.home + "/link");
        },
        [](Connection& connection, const User& user) {
            const std::string source = user.home + "/real/file";
            const Ran ran = runShell(connection, shell("cat /t").mounting(bindReadOnly(source, "/t")));
            if (ran.spawned.error.empty()) {
                EXPECT_EQ(ran.output, "own");
                return true;
            }
            EXPECT_EQ(ran.spawned.error, "SetupFailed");
            EXPECT_NE(ran.spawned.errorMessage.find("cannot open the source \"" + source + "\": Permission denied"),
                      std::string::npos)
                << ran.spawned.errorMessage;
            return false;
        });
}

// The link is followed inside: the new file system lies in the caller's directory or in the sandbox's own.
TEST_F(SwappedFiles, S18_ATargetsParentLeadsNowhereOutside) {
    expectBoth(
        [](const User& user) {
            fs::create_directories(user.home + "/real/inner");
            fs::create_symlink("/other", user.home + "/link");
        },
        [](Connection& connection, const User& user) {
            SpawnRequest request = shell("grep -c ' /other/inner ' /proc/self/mountinfo");
            request.mounting({"directory", {{"target", bytes("/other/inner")}}})
                .mounting(bindWritable(user.home, "/tree"))
                .mounting({"tmpfs", {{"target", bytes("/tree/real/inner")}}});
            const Ran ran = runShell(connection, request);
            EXPECT_EQ(ran.spawned.error, "") << ran.spawned.errorMessage;
            EXPECT_TRUE(ran.output == "0\n" || ran.output == "1\n") << ran.output;
            return ran.output == "0\n";
        });
}

} // namespace
} // namespace sandboxd::bus_tests
