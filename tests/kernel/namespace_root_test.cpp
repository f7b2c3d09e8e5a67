// A payload with capabilities over namespaces of its own: what they are good for, and what they leave as it is. The
// plans' filter allows every call.
#include "kernel_test.hpp"

#include <linux/capability.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>

namespace sandboxd::kernel_test {

namespace {

constexpr std::uint64_t allCapabilities = (std::uint64_t{1} << 41U) - 1;

class NamespaceRootTest : public KernelTest {
protected:
    static PlanBlock asRoot(PlanBlock plan, std::uint64_t capabilities = allCapabilities) {
        plan.header.insideUid = 0;
        plan.header.insideGid = 0;
        return plan.as(wire::IdentityKind::namespaceRoot, capabilities);
    }

    // The errors of the payload's attempts.
    static std::map<std::string, int> attempt(const char* command) {
        const Outcome result = run(spawner(), asRoot(payloadPlan({command})));
        EXPECT_EQ(result.report.error, 0);
        return parseResults(result.output);
    }
};

} // namespace

TEST_F(NamespaceRootTest, S08_ThePayloadHoldsWhatWasAskedForAndItsInitNothing) {
    PlanBlock plan = ordinaryPlan();
    plan.run({"sh", "-c",
              "for p in self 1; do grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/$p/status | cut -f2 | uniq; done"});
    const std::uint64_t some = (1U << unsigned{CAP_CHOWN}) | (1U << unsigned{CAP_NET_RAW});
    // Root's pass its exec without the inheritable and the ambient set, the first and the last line.
    EXPECT_EQ(run(spawner(), asRoot(plan, some)).output,
              "0000000000000000\n0000000000002001\n0000000000000000\n1\n2\n0000000000000000\n1\n2\n");
}

TEST_F(NamespaceRootTest, S23_MountsOfTheSandboxCannotBeUnlockedOrLookedBelow) {
    auto results = attempt("unlock");
    EXPECT_EQ(results.at("tmpfs"), 0) << "it holds no capability";
    EXPECT_EQ(results.at("own_unshare"), 0);
    results.erase("tmpfs");
    results.erase("own_unshare");
    EXPECT_EQ(results.size(), 11U);
    for (const auto& [name, error] : results) {
        EXPECT_NE(error, 0) << name;
    }
}

TEST_F(NamespaceRootTest, S05_ItMakesNoUserNamespaceWhateverItWritesToItsLimits) {
    const auto results = attempt("nested-as-root");
    EXPECT_EQ(results.size(), 5U);
    for (const char* name : {"unshare", "clone", "clone3"}) {
        EXPECT_EQ(results.at(name), ENOSPC) << name;
    }
}

TEST_F(NamespaceRootTest, S01_ItReachesNoNamespaceAboveItsOwn) {
    const auto results = attempt("nested-as-root");
    EXPECT_EQ(results.at("above"), EPERM);
    EXPECT_EQ(results.at("setns"), EINVAL); // its own
}

TEST_F(NamespaceRootTest, S37_InitCannotBeReadTracedOrKilledWithAllCapabilitiesEither) {
    auto results = attempt("attack-init");
    EXPECT_EQ(results.at("alive"), 0) << "init was killed or stopped";
    results.erase("alive");
    EXPECT_EQ(results.size(), 11U);
    for (const auto& [name, error] : results) {
        EXPECT_NE(error, 0) << name;
    }
}

TEST_F(NamespaceRootTest, S43_WhereItSharesPidsItReachesTheCallersOtherProcessesNoMoreThanOthersDo) {
    const CallerProcess caller;
    PlanBlock plan = asRoot(payloadPlan({"attack", std::to_string(caller.pid())}));
    plan.header.namespaces &= ~unsigned{wire::unsharePid};
    auto results = parseResults(run(spawner(), caller, plan).output);
    EXPECT_EQ(results.at("signal"), 0);
    results.erase("signal");
    EXPECT_EQ(results.size(), 12U);
    for (const auto& [name, error] : results) {
        EXPECT_NE(error, 0) << name;
    }
}

TEST_F(NamespaceRootTest, S09_RootInsideIsTheCallerAlone) {
    PlanBlock plan = ordinaryPlan();
    plan.run({"sh", "-c", "cat /proc/self/uid_map /proc/self/gid_map | tr -s ' '; cat /proc/self/setgroups"});
    // The numbers of the namespace above, where the caller's are its own.
    const std::string uid = std::to_string(callerUid);
    const std::string gid = std::to_string(callerGid);
    EXPECT_EQ(run(spawner(), asRoot(plan)).output, " 0 " + uid + " 1\n 0 " + gid + " 1\ndeny\n");
}

TEST_F(NamespaceRootTest, FilesOfOthersStayClosedWhateverOverridesModesInside) {
    const std::string directory = callerDirectory("root-files");
    std::ofstream(directory + "/roots") << "secret";
    ASSERT_EQ(::chmod((directory + "/roots").c_str(), 0600), 0);
    PlanBlock plan = asRoot(ordinaryPlan());
    plan.add({wire::MountKind::bind, "/data", directory, wire::mountRecursive});
    plan.run({"sh", "-c",
              "cat /data/roots 2>/dev/null || echo closed; echo own > /data/made; chmod 0 /data/made; cat /data/made; "
              "chown 5 /data/made 2>/dev/null || echo unmapped"});
    EXPECT_EQ(run(spawner(), plan).output, "closed\nown\nunmapped\n");
}

TEST_F(NamespaceRootTest, ProcessOneHasThemToo) {
    PlanBlock plan = asRoot(ordinaryPlan());
    plan.header.process |= wire::processIsFirst;
    plan.run({"sh", "-c",
              "echo $$; mount -t tmpfs none /tmp && echo mounted; mount -o remount,rw,bind /usr || echo locked"});
    const std::string output = run(spawner(), plan).output;
    EXPECT_TRUE(output.starts_with("1\nmounted\n")) << output;
    EXPECT_TRUE(output.ends_with("locked\n")) << output;
}

} // namespace sandboxd::kernel_test
