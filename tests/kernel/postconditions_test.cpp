// The check before a program is executed, in processes and on mounts that lack one thing each: any difference is an
// error.
#include "plan_block.hpp"

#include "spawner_process.hpp"
#include "warden/capabilities.hpp"
#include "warden/confine.hpp"
#include "warden/filesystem.hpp"
#include "warden/identity.hpp"
#include "warden/mount.hpp"
#include "warden/process.hpp"

#include <gtest/gtest.h>

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <memory>

namespace sandboxd::kernel_test {

namespace {

using warden::Failure;
using warden::SetupStep;

// A Plan's bytes with their checked view.
struct OpenPlan {
    explicit OpenPlan(const PlanBlock& plan) : bytes(plan.bytes()) {
        EXPECT_TRUE(reader.open(bytes.data(), bytes.size()));
    }
    std::vector<std::byte> bytes;
    wire::PlanReader reader;
};

using Step = std::function<bool(const wire::PlanReader&)>;

// What payloads do, in their order; a test replaces one of them.
struct Confining {
    Step bounding = [](const wire::PlanReader&) { return warden::keepBounding(0); };
    Step ids = [](const wire::PlanReader&) {
        return ::setresgid(callerGid, callerGid, callerGid) == 0 && ::setresuid(callerUid, callerUid, callerUid) == 0;
    };
    Step capabilities = [](const wire::PlanReader&) { return warden::keepCapabilities(0); };
    Step dumpable = [](const wire::PlanReader&) { return warden::forbidTracing(); };
    Step privileges = [](const wire::PlanReader&) { return !warden::forbidNewPrivileges(); };
    Step filter = [](const wire::PlanReader& plan) { return warden::installFilter(plan.filter()); };
};

// The error that verifyConfined gives in a process that did all of this; 200 if a step did not work, 201 if the error
// is not of step verify.
int verifyAfter(const Confining& steps, const PlanBlock& block = PlanBlock(callerUid, callerGid),
                bool isFiltered = true) {
    const OpenPlan plan(block);
    const pid_t pid = ::fork();
    if (pid == 0) {
        for (const Step& step :
             {steps.bounding, steps.ids, steps.capabilities, steps.dumpable, steps.privileges, steps.filter}) {
            if (!step(plan.reader)) {
                ::_exit(200);
            }
        }
        const Failure failure = warden::verifyConfined(warden::payloadIds({}, plan.reader.header()), {}, isFiltered);
        ::_exit(failure && failure.step != SetupStep::verify ? 201 : failure.error);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

constexpr std::uint64_t asked = warden::capabilityBit(CAP_CHOWN) | warden::capabilityBit(CAP_NET_RAW) |
                                warden::capabilityBit(CAP_CHECKPOINT_RESTORE);

// The error that verifyConfined gives for these capabilities in a process that became the caller with `asked` and then
// did this as well; 200 if that did not work.
int verifyCapabilities(
    std::uint64_t wanted, const std::function<bool()>& change = [] { return true; }) {
    const OpenPlan plan(PlanBlock(callerUid, callerGid));
    const warden::Ids ids{callerUid, callerGid};
    const pid_t pid = ::fork();
    if (pid == 0) {
        if (warden::becomeCallerForGood(ids, {asked, asked}) || !change() || warden::forbidNewPrivileges() ||
            !warden::installFilter(plan.reader.filter())) {
            ::_exit(200);
        }
        ::_exit(warden::verifyConfined(ids, {wanted, wanted}, true).error);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool nothing(const wire::PlanReader&) {
    return true;
}

} // namespace

TEST(Postconditions, HoldInAProcessThatDidEverything) {
    EXPECT_EQ(verifyAfter({}), 0);
}

TEST(Postconditions, FailWithOtherIds) {
    EXPECT_EQ(verifyAfter({}, PlanBlock(strangerUid, callerGid)), EPERM);
    EXPECT_EQ(verifyAfter({}, PlanBlock(callerUid, extraGid)), EPERM);
}

TEST(Postconditions, FailWithASavedIdThatIsAnother) {
    Confining uid;
    uid.ids = [](const wire::PlanReader&) {
        return ::setresgid(callerGid, callerGid, callerGid) == 0 && ::setresuid(callerUid, callerUid, strangerUid) == 0;
    };
    EXPECT_EQ(verifyAfter(uid), EPERM);
    Confining gid;
    gid.ids = [](const wire::PlanReader&) {
        return ::setresgid(callerGid, callerGid, extraGid) == 0 && ::setresuid(callerUid, callerUid, callerUid) == 0;
    };
    EXPECT_EQ(verifyAfter(gid), EPERM);
}

TEST(Postconditions, FailWithACapabilityInTheBoundingSet) {
    Confining steps;
    steps.bounding = [](const wire::PlanReader&) { return warden::keepBounding(warden::capabilityBit(CAP_CHOWN)); };
    EXPECT_EQ(verifyAfter(steps), EPERM);
}

TEST(Postconditions, FailWithAPermittedCapability) {
    Confining steps;
    steps.bounding = [](const wire::PlanReader&) {
        return warden::keepBounding(0) && ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0;
    };
    steps.capabilities = [](const wire::PlanReader&) {
        return warden::keepCapabilities(warden::capabilityBit(CAP_NET_BIND_SERVICE));
    };
    EXPECT_EQ(verifyAfter(steps), EPERM);
}

TEST(Postconditions, HoldWithExactlyTheCapabilitiesThatWereAskedFor) {
    EXPECT_EQ(verifyCapabilities(asked), 0);
}

TEST(Postconditions, FailWithOneCapabilityTooManyOrTooFew) {
    for (const int capability : {CAP_CHOWN, CAP_NET_RAW, CAP_CHECKPOINT_RESTORE}) {
        EXPECT_EQ(verifyCapabilities(asked & ~warden::capabilityBit(capability)), EPERM) << capability;
    }
    for (const int capability : {CAP_DAC_OVERRIDE, CAP_SYS_ADMIN, CAP_BPF}) {
        EXPECT_EQ(verifyCapabilities(asked | warden::capabilityBit(capability)), EPERM) << capability;
    }
    EXPECT_EQ(verifyCapabilities(0), EPERM);
}

TEST(Postconditions, FailIfOneOfTheSetsDiffersFromTheOthers) {
    constexpr std::uint64_t less = warden::capabilityBit(CAP_NET_RAW);
    const struct {
        const char* set;
        std::uint64_t wanted;
        std::function<bool()> change;
    } changes[] = {
        {"ambient", asked, [] { return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, CAP_CHOWN, 0, 0) == 0; }},
        {"effective", asked, [] { return warden::useCapabilities(less); }},
        {"inheritable", asked, [] { return warden::keepCapabilities(asked); }},
        {"bounding", less,
         [] {
             return warden::takeExactly({less, less});
         }},
    };
    for (const auto& [set, wanted, change] : changes) {
        EXPECT_EQ(verifyCapabilities(wanted, change), EPERM) << set;
    }
}

TEST(Postconditions, FailWithADumpableProcess) {
    Confining steps;
    steps.dumpable = [](const wire::PlanReader&) { return ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0; };
    EXPECT_EQ(verifyAfter(steps), EPERM);
}

TEST(Postconditions, FailWithoutNoNewPrivileges) {
    Confining steps;
    steps.bounding = [](const wire::PlanReader& plan) { // who holds CAP_SYS_ADMIN may filter without
        return warden::installFilter(plan.filter()) && warden::keepBounding(0);
    };
    steps.privileges = nothing;
    steps.filter = nothing;
    EXPECT_EQ(verifyAfter(steps), EPERM);
}

TEST(Postconditions, FailWithoutAFilter) {
    Confining steps;
    steps.filter = nothing;
    EXPECT_EQ(verifyAfter(steps), EPERM);
}

TEST(Postconditions, HoldWithoutAFilterWhereNoneWasAskedFor) {
    Confining steps;
    steps.filter = nothing;
    EXPECT_EQ(verifyAfter(steps, PlanBlock(callerUid, callerGid), false), 0);
}

TEST(Postconditions, OfMountsNameTheOneThatLacksAFlag) {
    PlanBlock block(callerUid, callerGid);
    block.add({wire::MountKind::tmpfs, "/a", ""}).add({wire::MountKind::tmpfs, "/b", ""});
    const OpenPlan plan(block);
    constexpr std::uint32_t noDevices = 4; // ST_NODEV
    const auto table = std::make_unique<warden::MountTable>();
    for (warden::HeldMount& held : {std::ref(table->mounts[0]), std::ref(table->mounts[1])}) {
        held.tree = warden::makeTmpfs(0755, 0);
        ASSERT_TRUE(held.tree);
        held.required = ST_NOSUID | noDevices;
    }
    EXPECT_EQ(warden::verifyMounts(plan.reader, *table).error, 0);
    table->mounts[1].required |= ST_RDONLY; // it is not
    const Failure failure = warden::verifyMounts(plan.reader, *table);
    EXPECT_EQ(failure.error, EPERM);
    EXPECT_EQ(failure.step, SetupStep::verify);
    EXPECT_EQ(failure.operation, 1U);
}

} // namespace sandboxd::kernel_test
