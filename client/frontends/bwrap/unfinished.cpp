#include "unfinished.hpp"

namespace sandboxd::bwrap {
namespace {

const char* nameOf(const Operation& operation) {
    switch (operation.kind) {
    case Kind::bind:
        return operation.devices ? "--dev-bind" : operation.optional ? "--bind-try" : nullptr;
    case Kind::overlay:
    case Kind::temporaryOverlay:
    case Kind::readOnlyOverlay:
        return "--overlay-src";
    case Kind::mqueue:
        return "--mqueue";
    case Kind::file:
        return "--file";
    case Kind::bindFile:
        return "--bind-data";
    case Kind::chmod:
        return "--chmod";
    case Kind::bindDescriptor:
    case Kind::proc:
    case Kind::dev:
    case Kind::tmpfs:
    case Kind::directory:
    case Kind::symlink:
    case Kind::remountReadOnly:
        break;
    }
    return nullptr;
}

const char* nameOf(const Command& command) {
    if (!command.lockFiles.empty()) {
        return "--lock-file";
    }
    if (!command.capabilities.empty()) {
        return "--cap-add";
    }
    return command.asPid1 ? "--as-pid-1" : nullptr;
}

} // namespace

std::optional<std::string> findUnfinished(const Command& command) {
    const char* name = nameOf(command);
    for (const Operation& operation : command.operations) {
        name = name != nullptr ? name : nameOf(operation);
    }
    return name != nullptr ? std::optional(std::string(name) + " is not possible with this version of sandboxd")
                           : std::nullopt;
}

} // namespace sandboxd::bwrap
