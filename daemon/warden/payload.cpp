#include "warden/payload.hpp"

#include "warden/caller_context.hpp"
#include "warden/caller_filters.hpp"
#include "warden/caller_limits.hpp"
#include "warden/confine.hpp"
#include "warden/descriptors.hpp"
#include "warden/domain.hpp"
#include "warden/execute.hpp"
#include "warden/identity.hpp"
#include "warden/information.hpp"
#include "warden/label.hpp"
#include "warden/namespaces.hpp"
#include "warden/record_socket.hpp"
#include "warden/session.hpp"

#include <grp.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace sandboxd::warden {

namespace {

struct Entry {
    const Host& host;
    const Launch& launch;
    const CallerView& caller;
    int init; // see PayloadStart
    OwnDescriptors own;
    CallerFilters callerFilters{};
    bool isReported = false; // as a payload that runs
};

// What has the namespaces already has taken them before; natively this process has them from the caller.
Failure takePriorities(Entry& entry) noexcept {
    return entry.init < 0 || entry.host.native ? success : takeCallersPriorities(entry.host, entry.caller);
}

// CAP_SYS_ADMIN and, where init is not dumpable, CAP_SYS_PTRACE. The pid namespace is already that of our children.
Failure join(Entry& entry) noexcept {
    if (entry.init < 0) {
        return success;
    }
    const wire::Header& header = entry.launch.plan.header();
    std::uint64_t types = enteredTypes(entry.host, header) & ~std::uint64_t{CLONE_NEWPID};
    types |= (header.namespaces & wire::unshareCgroup) != 0 ? unsigned{CLONE_NEWCGROUP} : 0U;
    return ::setns(entry.init, static_cast<int>(types)) == 0 ? success : failed(SetupStep::join);
}

// Root gets its own by its exec(2) alone, and is then as it was before.
HeldCapabilities capabilitiesOf(const Entry& entry) noexcept {
    const wire::Header& header = entry.launch.plan.header();
    const bool passes = payloadIds(entry.host, header).uid != 0 || entry.host.passesToRoot;
    return {header.capabilities, passes ? header.capabilities : 0};
}

// What is not mapped has no number that it could be taken by. It shows as the overflow id, and that may be mapped to
// another.
Ids idsToTake(const Entry& entry) noexcept {
    Ids ids = payloadIds(entry.host, entry.launch.plan.header());
    ids.uid = entry.host.keepsUid ? static_cast<uid_t>(-1) : ids.uid;
    ids.gid = entry.host.keepsGid ? static_cast<gid_t>(-1) : ids.gid;
    return ids;
}

// CAP_SETGID over the sandbox's user namespace, where setgroups(2) is allowed.
Failure dropGroups(Entry& entry) noexcept {
    return !entry.host.dropsGroups || ::setgroups(0, nullptr) == 0 ? success : failed(SetupStep::identity);
}

Failure becomeCaller(Entry& entry) noexcept {
    return becomeCallerForGood(idsToTake(entry), capabilitiesOf(entry));
}

// Where no init of its pid namespace ends it with the warden; what it started is left to the leaf, or to the warden.
Failure dieWithWarden(Entry& entry) noexcept {
    if (entry.init >= 0 && !sharesPids(entry.launch.plan.header())) {
        return success;
    }
    return ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 ? success : failed(SetupStep::confine);
}

Failure newSession(Entry& entry) noexcept {
    return startSession(entry.launch);
}

// Before no_new_privs, which would freeze the label; after the ids, which the payload's profile does not let change.
Failure takeLabel(Entry& entry) noexcept {
    const char* label = entry.launch.plan.text(entry.launch.plan.header().label);
    return label == nullptr || changeLabel(entry.host.proc, label) ? success : failed(SetupStep::payloadLabel);
}

Failure forbidPrivileges(Entry&) noexcept {
    return forbidNewPrivileges();
}

// Under identity `host` the user's other processes are of the same user namespace. A label keeps them apart as well.
Failure partFromOthers(Entry& entry) noexcept {
    const wire::Header& header = entry.launch.plan.header();
    if (header.identity != static_cast<unsigned>(wire::IdentityKind::host)) {
        return success;
    }
    const Failure failure = enterDomain();
    return header.label != 0 ? success : failure;
}

Failure enterDirectory(const Entry& entry) noexcept {
    const char* path = entry.launch.plan.text(entry.launch.plan.header().workingDirectory);
    return ::chdir(path == nullptr ? "/" : path) == 0 ? success : failed(SetupStep::workingDirectory);
}

// Another id of a range may have no access to where its caller is, and unshare(1) leaves it there.
Failure takeCallersDirectory(Entry& entry) noexcept {
    return entry.host.hasRanges ? enterDirectory(entry) : success;
}

Failure changeDirectory(Entry& entry) noexcept {
    return entry.host.hasRanges ? success : enterDirectory(entry);
}

Failure place(Entry& entry) noexcept {
    return placeDescriptors(entry.launch, entry.host.devNull, entry.own);
}

Failure tell(Entry& entry) noexcept {
    return tellInformation(entry.launch.plan, entry.own);
}

Failure takeCallersLimits(Entry& entry) noexcept {
    if (!entry.host.native) {
        takeSignals(entry.caller.record.context);
    }
    return takeLimits(entry.caller.record);
}

// What the caller says: its own is told to those who may trace it only. Natively it is this process's already.
Failure takePersonality(Entry& entry) noexcept {
    const std::uint32_t personality = entry.launch.plan.header().personality;
    return entry.host.native || ::personality(personality) >= 0 ? success : failed(SetupStep::limits);
}

// With the payload's label: what it may not read is no filter of its.
Failure readFilters(Entry& entry) noexcept {
    return entry.callerFilters.read(entry.launch);
}

Failure filter(Entry& entry) noexcept {
    const auto ours = entry.launch.plan.filter();
    return ours.count == 0 || installFilter(ours) ? success : failed(SetupStep::confine);
}
Failure verify(Entry& entry) noexcept {
    const wire::PlanReader& plan = entry.launch.plan;
    return verifyConfined(payloadIds(entry.host, plan.header()), capabilitiesOf(entry), plan.filter().count > 0);
}

using Step = Failure (*)(Entry&) noexcept;

// Irreversible reductions in the order in which each still lets the next be made.
constexpr Step steps[] = {
    takePriorities, join,      takeCallersDirectory, dropGroups,      becomeCaller,    dieWithWarden,
    newSession,     takeLabel, forbidPrivileges,     partFromOthers,  changeDirectory, readFilters,
    place,          tell,      takeCallersLimits,    takePersonality, filter,          verify};

Failure run(Entry& entry) noexcept {
    for (const Step step : steps) {
        if (const Failure failure = step(entry)) {
            return failure;
        }
    }
    // Tells an end after the exec from one before it: both close the socket.
    if (!sendRecord(entry.own.report, success)) {
        return failed(SetupStep::killed);
    }
    entry.isReported = true;
    awaitUnblocked(entry.own.block);
    // After all that is ours: they may refuse any of it.
    const Failure failure = entry.callerFilters.install();
    return failure ? failure : execute(entry.launch.plan);
}

// Whoever blocked the payload has been told long ago that it runs: only its own stderr is left to say otherwise.
[[noreturn]] void endUnheard(const Entry& entry, const Failure& failure) noexcept {
    sayNotExecuted(entry.launch.plan, failure.error);
    ::_exit(failure.error == ENOENT ? 127 : 126);
}

OwnDescriptors ownDescriptors(const Host& host, const Launch& launch, int report) noexcept {
    const wire::Header& header = launch.plan.header();
    return {report, launch.fd(header.info), launch.fd(header.status), launch.fd(header.block), host.proc};
}

} // namespace

Failure takeCallersPriorities(const Host& host, const CallerView& caller) noexcept {
    takeScheduling(caller.record.context);
    return warden::takePriorities(host.proc, caller.record);
}

[[noreturn]] void runPayload(const PayloadStart& start) noexcept {
    Entry entry{start.host, start.launch, start.caller, start.init,
                ownDescriptors(start.host, start.launch, start.report)};
    const Failure failure = run(entry);
    if (entry.isReported && entry.own.block >= 0) {
        endUnheard(entry, failure);
    }
    sendRecord(entry.own.report, failure);
    ::_exit(127);
}

} // namespace sandboxd::warden
