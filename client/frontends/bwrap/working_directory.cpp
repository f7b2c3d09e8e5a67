#include "working_directory.hpp"

#include "path_inside.hpp"

namespace sandboxd::bwrap {
namespace {

enum class Answer { no, maybe, notItsMatter };

// What an operation on `path` itself or on a directory above it says.
Answer answerOf(const Operation& operation, std::string_view rest, const IsDirectory& isDirectory) {
    switch (operation.kind) {
    case Kind::bind:
        if (operation.optional && !isDirectory(operation.source)) {
            return Answer::notItsMatter;
        }
        return isDirectory(below(operation.source, rest)) ? Answer::maybe : Answer::no;
    case Kind::tmpfs:
    case Kind::mqueue:
        return rest.empty() ? Answer::maybe : Answer::no;
    case Kind::directory:
        return rest.empty() ? Answer::maybe : Answer::notItsMatter;
    case Kind::chmod:
    case Kind::remountReadOnly:
        return Answer::notItsMatter;
    case Kind::file:
    case Kind::bindFile:
        return Answer::no;
    case Kind::bindDescriptor:
    case Kind::overlay:
    case Kind::temporaryOverlay:
    case Kind::readOnlyOverlay:
    case Kind::proc:
    case Kind::dev:
    case Kind::symlink:
        break;
    }
    return Answer::maybe;
}

} // namespace

bool mayExistInside(const std::vector<Operation>& operations, std::string_view path, const IsDirectory& isDirectory) {
    for (auto operation = operations.rbegin(); operation != operations.rend(); ++operation) {
        const std::string target = pathInside(operation->target);
        if (target != path && liesWithin(target, path)) {
            return true; // it was made on the way to that target, or was there
        }
        const Answer answer = liesWithin(path, target) ? answerOf(*operation, restBelow(path, target), isDirectory)
                                                       : Answer::notItsMatter;
        if (answer != Answer::notItsMatter) {
            return answer == Answer::maybe;
        }
    }
    return path == "/";
}

std::vector<std::string> workingDirectories(const Command& command, const std::string& callersDirectory,
                                            const std::optional<std::string>& home, const IsDirectory& isDirectory) {
    if (command.directory) {
        return {*command.directory};
    }
    std::vector<std::string> directories;
    for (const std::string& directory : {callersDirectory, home.value_or("")}) {
        if (!directory.empty() && mayExistInside(command.operations, pathInside(directory), isDirectory)) {
            directories.push_back(directory);
        }
    }
    directories.emplace_back("/");
    return directories;
}

} // namespace sandboxd::bwrap
