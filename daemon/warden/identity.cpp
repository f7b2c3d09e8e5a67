#include "warden/identity.hpp"

#include "warden/capabilities.hpp"
#include "warden/process.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace sandboxd::warden {

namespace {

// CAP_SETUID and CAP_SETGID over the sandbox's user namespace only: the kernel refuses ids that are not mapped there.
bool setIds(const Ids& ids) noexcept {
    return ids.areHeld || (::setresgid(ids.gid, ids.gid, ids.gid) == 0 && ::setresuid(ids.uid, ids.uid, ids.uid) == 0);
}

// Without it the capabilities of uid 0 would end with it.
bool keepOverIds(bool keep) noexcept {
    return ::prctl(PR_SET_KEEPCAPS, keep ? 1 : 0, 0, 0, 0) == 0;
}

// What set-up takes: mounts and names, lo, the namespace's limits, a caller's own root, giving up. None that overrides
// modes of files: what is made in the caller's directories is made by the caller's rights.
constexpr std::uint64_t builders = capabilityBit(CAP_SYS_ADMIN) | capabilityBit(CAP_NET_ADMIN) |
                                   capabilityBit(CAP_SYS_RESOURCE) | capabilityBit(CAP_SYS_CHROOT) |
                                   capabilityBit(CAP_SETPCAP);

// Permitted, and used only while an overlay is mounted (warden/overlay).
constexpr std::uint64_t layers = capabilityBit(CAP_DAC_OVERRIDE);

} // namespace

Ids payloadIds(const Host& host, const wire::Header& header) noexcept {
    return host.brought.decidesIds() ? currentIds() : Ids{header.insideUid, header.insideGid};
}

Ids builderIds(const Host& host, const wire::Header& header) noexcept {
    const bool isOwn = header.identity == static_cast<unsigned>(wire::IdentityKind::namespaceRoot);
    return isOwn ? Ids{header.uid, header.gid} : payloadIds(host, header);
}

Ids currentIds() noexcept {
    return {::getuid(), ::getgid(), true};
}

Failure becomeCallerAndBuild(const Ids& ids) noexcept {
    const bool done = keepOverIds(true) && setIds(ids) && keepCapabilities(builders | layers) &&
                      useCapabilities(builders) && keepOverIds(false) && forbidTracing();
    return done ? success : failed(SetupStep::identity);
}

Failure becomeCallerWithAll(const Ids& ids) noexcept {
    const bool done = keepOverIds(true) && setIds(ids) && keepOverIds(false) && forbidTracing();
    return done ? success : failed(SetupStep::identity);
}

Failure becomeCallerForGood(const Ids& ids, const HeldCapabilities& capabilities) noexcept {
    // The bounding set first: it takes CAP_SETPCAP, and entering the user namespace has filled it again.
    const bool done = keepBounding(capabilities.held) && keepOverIds(capabilities.held != 0) && setIds(ids) &&
                      takeExactly(capabilities) && keepOverIds(false) && forbidTracing();
    return done ? success : failed(SetupStep::identity);
}

bool isCaller(const Ids& ids) noexcept {
    uid_t uids[3];
    gid_t gids[3];
    return ::getresuid(&uids[0], &uids[1], &uids[2]) == 0 && ::getresgid(&gids[0], &gids[1], &gids[2]) == 0 &&
           uids[0] == ids.uid && uids[1] == ids.uid && uids[2] == ids.uid && gids[0] == ids.gid && gids[1] == ids.gid &&
           gids[2] == ids.gid;
}

} // namespace sandboxd::warden
