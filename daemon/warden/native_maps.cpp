#include "warden/native_maps.hpp"

#include "warden/identity.hpp"
#include "warden/proc_text.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace sandboxd::warden {

namespace {

// One line each, which needs no capability outside; setgroups(2) is the price of the second.
bool mapOwn(const Host& host, const wire::Header& header, const ParentsMaps& parents) noexcept {
    const int proc = host.proc;
    const Ids inside = builderIds(host, header);
    const bool denied = parents.denySetgroups || !parents.groups;
    return (!denied || writeProc(proc, "self/setgroups", "deny")) &&
           (parents.users || writeProc(proc, "self/uid_map", IdMapLine(inside.uid, header.uid).bytes)) &&
           (parents.groups || writeProc(proc, "self/gid_map", IdMapLine(inside.gid, header.gid).bytes));
}

Failure awaitParent(int control) noexcept {
    char word = 1;
    if (::send(control, &word, 1, MSG_NOSIGNAL) != 1 || ::recv(control, &word, 1, 0) != 1) {
        return failedWith(ECANCELED, SetupStep::maps);
    }
    return success;
}

} // namespace

Failure mapNativeIds(const Host& host, const wire::Header& header, const ParentsMaps& parents, int control) noexcept {
    if (!mapOwn(host, header, parents)) {
        return failed(SetupStep::maps);
    }
    return parents.users || parents.groups ? awaitParent(control) : success;
}

} // namespace sandboxd::warden
