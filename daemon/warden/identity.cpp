#include "warden/identity.hpp"

#include "warden/capabilities.hpp"
#include "warden/process.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace sandboxd::warden {

namespace {

// CAP_SETUID and CAP_SETGID over the sandbox's user namespace only: the kernel refuses ids that are not mapped there.
bool setIds(uid_t uid, gid_t gid) noexcept {
    return ::setresgid(gid, gid, gid) == 0 && ::setresuid(uid, uid, uid) == 0;
}

// What set-up takes: mounts and names, lo, the namespace's limits, giving up. None that overrides modes of files: what
// is made in the caller's directories is made by the caller's rights.
constexpr std::uint64_t builders = capabilityBit(CAP_SYS_ADMIN) | capabilityBit(CAP_NET_ADMIN) |
                                   capabilityBit(CAP_SYS_RESOURCE) | capabilityBit(CAP_SETPCAP);

// Permitted, and used only while an overlay is mounted (warden/overlay).
constexpr std::uint64_t layers = capabilityBit(CAP_DAC_OVERRIDE);

} // namespace

Failure becomeCallerAndBuild(uid_t uid, gid_t gid) noexcept {
    const bool done = ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && setIds(uid, gid) &&
                      keepCapabilities(builders | layers) && useCapabilities(builders) &&
                      ::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) == 0 && forbidTracing();
    return done ? success : failed(SetupStep::identity);
}

Failure becomeCallerForGood(uid_t uid, gid_t gid) noexcept {
    // The bounding set first: it takes CAP_SETPCAP, and entering the user namespace has filled it again.
    const bool done = keepBounding(0) && setIds(uid, gid) && keepCapabilities(0) && forbidTracing();
    return done ? success : failed(SetupStep::identity);
}

bool isCaller(uid_t uid, gid_t gid) noexcept {
    uid_t uids[3];
    gid_t gids[3];
    return ::getresuid(&uids[0], &uids[1], &uids[2]) == 0 && ::getresgid(&gids[0], &gids[1], &gids[2]) == 0 &&
           uids[0] == uid && uids[1] == uid && uids[2] == uid && gids[0] == gid && gids[1] == gid && gids[2] == gid;
}

} // namespace sandboxd::warden
