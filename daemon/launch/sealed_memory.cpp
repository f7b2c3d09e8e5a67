#include "launch/sealed_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>

namespace sandboxd::launch {

namespace {

bool writeAll(int fd, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written <= 0) {
            return false;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

Result<UniqueFd> sealedMemory(std::span<const std::byte> bytes) {
    UniqueFd memory(::memfd_create("sandboxd-plan", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    if (!memory || !writeAll(memory.get(), bytes) || ::fcntl(memory.get(), F_ADD_SEALS, seals) != 0) {
        return Error{ErrorCode::setupFailed, "setup: cannot write the plan"};
    }
    return memory;
}

} // namespace sandboxd::launch
