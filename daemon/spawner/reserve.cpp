#include "spawner/reserve.hpp"

#include "warden/proc_text.hpp"

#include <cerrno>
#include <cstring>

namespace sandboxd::spawner {

namespace {

constexpr std::uint32_t highestUid = INT32_MAX;

bool isId(const wire::ReserveRequest& request) noexcept {
    for (std::uint32_t i = 0; i < wire::idLength; ++i) {
        const char c = request.id[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'))) {
            return false;
        }
    }
    return request.id[wire::idLength] == '\0' && request.id[wire::idLength + 1] == '\0';
}

bool isOwner(std::uint32_t owner, std::uint32_t uid, const Options& options) noexcept {
    return owner != uid && owner >= options.firstOwner && owner - options.firstOwner < options.ownerCount;
}

// Only a pidfd has a "Pid:" line there. No call on the descriptor itself: it could be a file of a server that hangs.
int judgePidfd(int fd, std::int32_t pid, int proc) noexcept {
    char path[40] = "self/fdinfo/";
    warden::putNumber(path + std::strlen(path), static_cast<std::uint64_t>(fd));
    warden::ProcText text;
    if (!warden::readProc(proc, path, text)) {
        return errno;
    }
    const char* field = warden::fieldOf(text, "Pid");
    std::int64_t number = 0;
    if (field == nullptr || !warden::takeNumber(field, number)) {
        return EBADF;
    }
    return number > 0 && number == pid ? 0 : ESRCH; // -1: it has ended
}

} // namespace

int judgeRequest(const wire::ReserveRequest& request, int fd, int proc, const Options& options) noexcept {
    if (!isId(request)) {
        return EINVAL;
    }
    if (request.uid == 0 || request.uid > highestUid) {
        return EPERM;
    }
    if (!isOwner(request.owner, request.uid, options)) {
        return ERANGE;
    }
    return judgePidfd(fd, request.pid, proc);
}

} // namespace sandboxd::spawner
