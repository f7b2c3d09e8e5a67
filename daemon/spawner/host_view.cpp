#include "spawner/host_view.hpp"

#include "base/unique_fd.hpp"
#include "warden/capabilities.hpp"
#include "warden/file_id.hpp"
#include "warden/proc_text.hpp"
#include "warden/process.hpp"

#include <linux/capability.h>
#include <linux/magic.h>

#include <fcntl.h>
#include <sys/vfs.h>

#include <cerrno>

namespace sandboxd::spawner {

namespace {

using warden::capabilityBit;

// A warden is a fork of this process and has no more than it:
//   SYS_ADMIN   setns to the caller's namespaces and to init's; a clone of a user namespace where the host forbids it
//   SYS_CHROOT  setns of a mount namespace wants it as well
//   SYS_PTRACE  setns to init, which is not dumpable; pid 1's namespaces for comparison
//   SETUID      the owner trick, uid_map, the probe's ids
//   SETGID      the caller's groups, gid_map
//   SETPCAP     emptying bounding sets
//   KILL        ending what has the caller's uid
// Not among them, on purpose: DAC_*, CHOWN, FOWNER (no file of anyone's is opened with privilege), SETFCAP (so the
// kernel refuses a map of uid 0), NET_ADMIN, SYS_RESOURCE, MKNOD, MAC_*.
constexpr std::uint64_t kept = capabilityBit(CAP_SYS_ADMIN) | capabilityBit(CAP_SYS_CHROOT) |
                               capabilityBit(CAP_SYS_PTRACE) | capabilityBit(CAP_SETUID) | capabilityBit(CAP_SETGID) |
                               capabilityBit(CAP_SETPCAP) | capabilityBit(CAP_KILL);

bool openProc(warden::Host& host) noexcept {
    host.proc = ::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct statfs info {};
    if (host.proc < 0 || ::fstatfs(host.proc, &info) != 0) {
        return false;
    }
    errno = EINVAL;
    return info.f_type == PROC_SUPER_MAGIC; // writes to a fake one would do nothing, or harm
}

// Off only if the kernel says so: a host with AppArmor never gets sandboxes without labels.
bool readAppArmor(bool& on) noexcept {
    const UniqueFd file(::open("/sys/module/apparmor/parameters/enabled", O_RDONLY | O_CLOEXEC));
    char answer = 'N';
    on = false;
    if (!file) {
        return errno == ENOENT;
    }
    if (::read(file.get(), &answer, 1) != 1) {
        return false;
    }
    on = answer == 'Y';
    return true;
}

} // namespace

// A payload could set its own value down to the lowest that any ancestor's had, and escape the out-of-memory killer:
// the kernel inherits that floor. Raising the value moves the floor only while CAP_SYS_RESOURCE is there (proc(5)).
bool liftOomFloor() noexcept {
    const UniqueFd proc(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
    warden::ProcText text;
    const char* cursor = text.bytes;
    std::int64_t present = 0;
    if (!warden::readProc(proc.get(), "self/oom_score_adj", text) || !warden::takeNumber(cursor, present)) {
        return false;
    }
    if (present >= 0) {
        return true;
    }
    errno = EPERM;
    return warden::hasEffective(CAP_SYS_RESOURCE) && warden::writeProc(proc.get(), "self/oom_score_adj", "0");
}

bool reduceItself() noexcept {
    return warden::keepBounding(kept) && warden::keepCapabilities(kept) && warden::forbidTracing() &&
           warden::forbidCoreDumps();
}

const char* openHost(warden::Host& host) noexcept {
    host.devNull = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (host.devNull < 0) {
        return "open /dev/null";
    }
    if (!openProc(host)) {
        return "open /proc";
    }
    if (!readAppArmor(host.appArmor)) {
        return "read whether AppArmor is on";
    }
    return warden::identifyInitial(host.proc, host.initial) ? nullptr : "look at the namespaces of pid 1";
}

} // namespace sandboxd::spawner
