#include "overflow.hpp"

#include "errors.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/socket.h>

namespace sandboxd::client {
namespace {

constexpr std::size_t bytesInMessage = std::size_t{64} * 1024; // of each list: the daemon takes 256 KiB in all
constexpr std::size_t mostDescriptors = 253;                   // SCM_MAX_FD, and the daemon's ceiling

using Strings = std::vector<std::string>;

std::size_t bytesOf(Strings::const_iterator first, Strings::const_iterator end) {
    std::size_t bytes = 0;
    for (; first != end; ++first) {
        bytes += first->size() + 1;
    }
    return bytes;
}

bool writeAll(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// NUL-terminated each. Strings with a NUL inside stay in the message, where the daemon refuses them by name.
Result<Descriptor> seal(const char* key, Strings::const_iterator first, Strings::const_iterator end) {
    std::string bytes;
    for (; first != end; ++first) {
        if (first->find('\0') != std::string::npos) {
            return Descriptor();
        }
        bytes += *first;
        bytes += '\0';
    }
    Descriptor memory(::memfd_create(key, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    constexpr int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (!memory || !writeAll(memory.get(), bytes) || ::fcntl(memory.get(), F_ADD_SEALS, seals) != 0) {
        return systemError(ErrorKind::other, std::string(key) + ": cannot write a memfd", errno);
    }
    return memory;
}

Result<Descriptor> sealIfLong(const char* key, Strings::const_iterator first, Strings::const_iterator end) {
    return bytesOf(first, end) > bytesInMessage ? seal(key, first, end) : Result<Descriptor>(Descriptor());
}

bool sendNumbered(int socket, const std::map<std::uint32_t, int>& descriptors) {
    std::vector<std::uint32_t> numbers;
    std::vector<int> fds;
    for (const auto& [number, fd] : descriptors) {
        numbers.push_back(number);
        fds.push_back(fd);
    }
    std::vector<char> control(CMSG_SPACE(fds.size() * sizeof(int)));
    iovec part{numbers.data(), numbers.size() * sizeof(std::uint32_t)};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    std::memcpy(CMSG_DATA(header), fds.data(), fds.size() * sizeof(int));
    return ::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0;
}

// The other end of a socket that holds them already.
Result<Descriptor> putInSocket(const std::map<std::uint32_t, int>& descriptors) {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return systemError(ErrorKind::other, "fds: cannot make a socket", errno);
    }
    const Descriptor ours(ends[0]);
    Descriptor theirs(ends[1]);
    if (!sendNumbered(ours.get(), descriptors)) {
        return systemError(ErrorKind::other, "fds: cannot send the descriptors", errno);
    }
    return theirs;
}

Result<Descriptor> takeDescriptors(const SpecFields& fields, std::size_t others) {
    const std::size_t payloads = fields.descriptors.size();
    if (others + payloads <= descriptorsPerMessage) {
        return Descriptor();
    }
    if (others >= descriptorsPerMessage || others + payloads + 1 > mostDescriptors) {
        return localError(ErrorKind::limitExceeded,
                          "fds: " + std::to_string(others + payloads) + " descriptors, one request carries at most " +
                              std::to_string(mostDescriptors - 1) + ", and " +
                              std::to_string(descriptorsPerMessage - 1) + " besides the payload's");
    }
    return putInSocket(fields.descriptors);
}

// What an operation takes from the caller by descriptor, if anything.
std::optional<int> descriptorOf(const MountOperation& operation) {
    if (const auto* bind = std::get_if<BindDescriptor>(&operation)) {
        return bind->source;
    }
    if (const auto* file = std::get_if<File>(&operation); file != nullptr && file->descriptor >= 0) {
        return file->descriptor;
    }
    const auto* file = std::get_if<BindFile>(&operation);
    return file != nullptr && file->descriptor >= 0 ? std::optional(file->descriptor) : std::nullopt;
}

} // namespace

std::vector<int> descriptorsBesidePayloads(const SpecFields& fields) {
    std::vector<int> all;
    for (const MountOperation& operation : fields.mounts) {
        if (const std::optional<int> descriptor = descriptorOf(operation)) {
            all.push_back(*descriptor);
        }
    }
    all.insert(all.end(), fields.seccompFilters.begin(), fields.seccompFilters.end());
    for (const std::optional<int>& single : {fields.lifeline, fields.terminal, fields.infoDescriptor,
                                             fields.statusDescriptor, fields.blockDescriptor, fields.syncDescriptor}) {
        if (single) {
            all.push_back(*single);
        }
    }
    return all;
}

Result<Overflow> takeOverflow(const SpecFields& fields) {
    Overflow overflow;
    if (!fields.argv.empty()) {
        Result<Descriptor> arguments = sealIfLong("argv-fd", fields.argv.begin() + 1, fields.argv.end());
        if (!arguments) {
            return std::move(arguments).error();
        }
        overflow.arguments = std::move(arguments).value();
    }
    Result<Descriptor> environment = sealIfLong("env-fd", fields.environment.begin(), fields.environment.end());
    if (!environment) {
        return std::move(environment).error();
    }
    overflow.environment = std::move(environment).value();
    const std::size_t others =
        descriptorsBesidePayloads(fields).size() + (overflow.arguments ? 1U : 0U) + (overflow.environment ? 1U : 0U);
    Result<Descriptor> descriptors = takeDescriptors(fields, others);
    if (!descriptors) {
        return std::move(descriptors).error();
    }
    overflow.descriptors = std::move(descriptors).value();
    return overflow;
}

} // namespace sandboxd::client
