#include "warden/file_id.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace sandboxd::warden {

namespace {

bool identifyNamespace(int proc, const char* name, FileId& id) noexcept {
    const UniqueFd fd(::openat(proc, name, O_RDONLY | O_CLOEXEC));
    if (!fd || !identify(fd.get(), id)) {
        return false;
    }
    return true;
}

} // namespace

bool identify(int fd, FileId& id) noexcept {
    struct statx info {};
    if (::statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO | STATX_MNT_ID, &info) != 0) {
        return false;
    }
    id.device = ::makedev(info.stx_dev_major, info.stx_dev_minor);
    id.inode = info.stx_ino;
    id.mount = info.stx_mnt_id;
    return true;
}

bool identifyInitial(int proc, InitialView& initial) noexcept {
    const UniqueFd root(::openat(proc, "1/root", O_PATH | O_DIRECTORY | O_CLOEXEC));
    return root && identify(root.get(), initial.root) && identifyNamespace(proc, "1/ns/user", initial.user) &&
           identifyNamespace(proc, "1/ns/mnt", initial.mount) && identifyNamespace(proc, "1/ns/pid", initial.pid);
}

} // namespace sandboxd::warden
