#include "closed_descriptors.hpp"

#include "message.hpp"

#include <algorithm>
#include <cerrno>

namespace sandboxd::bwrap {
namespace {

bool isClosed(const std::vector<int>& open, std::optional<int> descriptor) {
    return descriptor && std::find(open.begin(), open.end(), *descriptor) == open.end();
}

// Each is closed once it has been read.
bool hasTwice(std::vector<int> descriptors) {
    std::sort(descriptors.begin(), descriptors.end());
    return std::adjacent_find(descriptors.begin(), descriptors.end()) != descriptors.end();
}

std::optional<std::string> findClosedFilter(const Descriptors& named, const std::vector<int>& open) {
    const bool added = std::any_of(named.addedSeccomp.begin(), named.addedSeccomp.end(),
                                   [&](int descriptor) { return isClosed(open, descriptor); });
    if (added || isClosed(open, named.seccomp) || hasTwice(named.addedSeccomp)) {
        return withErrno("Can't read seccomp data", EBADF);
    }
    return std::nullopt;
}

std::optional<std::string> findClosedNamespace(const Descriptors& named, const std::vector<int>& open) {
    const struct {
        std::optional<int> descriptor;
        const char* failure;
    } rows[] = {{named.userns, "Joining specified user namespace failed"},
                {named.pidns, "Setting pidns failed"},
                {named.userns2, "Setting userns2 failed"}};
    for (const auto& [descriptor, failure] : rows) {
        if (isClosed(open, descriptor)) {
            return withErrno(failure, EBADF);
        }
    }
    return std::nullopt;
}

std::optional<std::string> findClosedContent(const Operation& operation, const std::vector<int>& open) {
    if (operation.descriptor < 0 || !isClosed(open, operation.descriptor)) {
        return std::nullopt;
    }
    if (operation.kind == Kind::bindDescriptor) {
        return withErrno("Can't find source path /proc/self/fd/" + std::to_string(operation.descriptor), ENOENT);
    }
    return withErrno("Can't write data to file " + operation.target, EBADF);
}

} // namespace

std::optional<std::string> findClosed(const Command& command, const std::vector<int>& open) {
    if (auto brought = findClosedNamespace(command.descriptors, open)) {
        return brought;
    }
    if (auto filter = findClosedFilter(command.descriptors, open)) {
        return filter;
    }
    if (isClosed(open, command.descriptors.info) || isClosed(open, command.descriptors.jsonStatus)) {
        return withErrno("Write to info_fd", EBADF);
    }
    for (const Operation& operation : command.operations) {
        if (auto content = findClosedContent(operation, open)) {
            return content;
        }
    }
    return std::nullopt;
}

} // namespace sandboxd::bwrap
