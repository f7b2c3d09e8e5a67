// opam, which builds and installs in bubblewrap: with sandbox-bwrap as the first bwrap in PATH and a repository that is
// a directory.
#include "bus_test.hpp"

namespace sandboxd::bus_tests {
namespace {

// One package of one version, whose build tells what it could do.
constexpr const char* repository = R"sh(
    mkdir -p bin repository/packages/tiny/tiny.1/files
    ln -s "$SANDBOX_BWRAP" bin/bwrap
    cd repository
    echo 'opam-version: "2.0"' >repo
    cd packages/tiny/tiny.1
    cat >files/build.sh <<'END'
echo built >tiny
touch "$HOME/outside" 2>/dev/null || echo nothing outside >>tiny
tail -n +3 /proc/net/dev | cut -d: -f1 >>tiny
END
    cat >opam <<END
opam-version: "2.0"
build: ["sh" "build.sh"]
install: ["cp" "tiny" "%{bin}%/tiny"]
extra-files: ["build.sh" "md5=$(md5sum <files/build.sh | cut -d' ' -f1)"]
END
)sh";

class Opam : public BusTest {
protected:
    void SetUp() override { (void)output(repository); }

    // What a script wrote; expects that nothing went wrong. opam itself writes on stderr as it likes.
    std::string output(const std::string& script) const {
        const Outcome outcome =
            runAs(user_, Invocation{{"sh", "-ec", script},
                                    {{"PATH", user_.home + "/bin:/usr/bin:/bin"},
                                     {"HOME", user_.home},
                                     {"SANDBOXD_ENGINE", "broker"},
                                     {"SANDBOX_BWRAP", built("client/frontends/bwrap/sandbox-bwrap")}},
                                    user_.home});
        EXPECT_EQ(outcome.status, 0) << outcome.output << outcome.errors;
        return outcome.output;
    }

    static constexpr const char* init = "opam init --bare --no-setup --bypass-checks --yes here repository 2>&1\n";
};

TEST_F(Opam, FindsItsSandboxWorkingAndKeepsIt) {
    const std::string said = output(init);
    EXPECT_EQ(said.find("andboxing"), std::string::npos) << said; // it speaks of it only where it does not work
    EXPECT_EQ(output("grep -c '^wrap-.*-commands:' .opam/config"), "3\n");
}

TEST_F(Opam, BuildsInstallsAndRemovesAPackageInTheSandbox) {
    output(std::string(init) + "opam switch create own --empty --yes 2>&1; opam install --yes tiny 2>&1");
    EXPECT_EQ(output("cat .opam/own/bin/tiny"), "built\nnothing outside\n    lo\n");
    output("opam remove --yes tiny 2>&1");
    EXPECT_EQ(output("ls .opam/own/bin"), "");
}

} // namespace
} // namespace sandboxd::bus_tests
