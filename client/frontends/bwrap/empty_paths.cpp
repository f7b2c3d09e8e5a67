#include "empty_paths.hpp"

#include "message.hpp"

#include <algorithm>
#include <cerrno>

namespace sandboxd::bwrap {
namespace {

std::string notFound(const std::string& what) {
    return withErrno(what, ENOENT);
}

bool hasEmptySource(const Operation& operation) {
    const bool isBind = operation.kind == Kind::bind && !operation.optional;
    const bool isOverlay = operation.kind == Kind::overlay;
    const bool layer = std::any_of(operation.lower.begin(), operation.lower.end(),
                                   [](const std::string& path) { return path.empty(); });
    return layer || ((isBind || isOverlay) && operation.source.empty()) || (isOverlay && operation.work.empty());
}

} // namespace

std::optional<std::string> findEmptyPath(const Command& command) {
    for (const Operation& operation : command.operations) {
        if (hasEmptySource(operation)) {
            return notFound("Can't find source path ");
        }
        if (operation.kind == Kind::symlink && operation.source.empty()) {
            return notFound("Can't make symlink at " + operation.target);
        }
    }
    if (std::find(command.lockFiles.begin(), command.lockFiles.end(), "") != command.lockFiles.end()) {
        return notFound("Unable to open lock file ");
    }
    return command.directory == "" ? std::optional(notFound("Can't chdir to ")) : std::nullopt;
}

} // namespace sandboxd::bwrap
