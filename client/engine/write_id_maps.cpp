#include "engine/write_id_maps.hpp"

#include "base/error_text.hpp"
#include "sandboxd/descriptor.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace sandboxd::engine {
namespace {

struct Kind {
    const char* word;
    const char* file;
    const char* program;
};

constexpr Kind users{"users", "uid_map", "newuidmap"};
constexpr Kind groups{"groups", "gid_map", "newgidmap"};

client::Error cannotMap(const Kind& kind, const std::string& why, int errorNumber) {
    return {client::ErrorKind::setupFailed, "", std::string("cannot map ranges of ") + kind.word + ": " + why,
            errorNumber};
}

client::Error cannotMap(const Kind& kind, int errorNumber) {
    return cannotMap(kind, errorText(errorNumber), errorNumber);
}

// The kernel takes a map in one write.
client::Result<void> writeFile(const Kind& kind, pid_t process, const std::vector<IdRange>& ranges) {
    std::string lines;
    for (const IdRange& range : ranges) {
        lines += std::to_string(range.inside) + " " + std::to_string(range.outside) + " " +
                 std::to_string(range.count) + "\n";
    }
    const std::string path = "/proc/" + std::to_string(process) + "/" + kind.file;
    const client::Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file || ::write(file.get(), lines.data(), lines.size()) != static_cast<ssize_t>(lines.size())) {
        return cannotMap(kind, errno);
    }
    return {};
}

std::vector<std::string> commandFor(const Kind& kind, pid_t process, const std::vector<IdRange>& ranges) {
    std::vector<std::string> command{kind.program, std::to_string(process)};
    for (const IdRange& range : ranges) {
        for (const std::uint32_t number : {range.inside, range.outside, range.count}) {
            command.push_back(std::to_string(number));
        }
    }
    return command;
}

// An errno, or 0 and the status of its end.
int runProgram(std::vector<std::string> command, int& status) {
    std::vector<char*> argv;
    argv.reserve(command.size() + 1);
    for (std::string& word : command) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    (void)::signal(SIGCHLD, SIG_DFL); // else the kernel reaps it, and nobody learns how it ended
    pid_t child = -1;
    if (const int error = ::posix_spawnp(&child, argv.front(), nullptr, nullptr, argv.data(), environ); error != 0) {
        return error;
    }
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

client::Result<void> askProgram(const Kind& kind, pid_t process, const std::vector<IdRange>& ranges) {
    int status = 0;
    const int error = runProgram(commandFor(kind, process, ranges), status);
    if (error == ENOENT) {
        return cannotMap(kind, std::string("cannot find ") + kind.program + " (package uidmap)", error);
    }
    if (error != 0) {
        return cannotMap(kind, std::string("cannot execute ") + kind.program + ": " + errorText(error), error);
    }
    return status == 0 ? client::Result<void>() : cannotMap(kind, std::string(kind.program) + " failed", EPERM);
}

client::Result<void> writeMap(const Kind& kind, pid_t process, const std::vector<IdRange>& ranges) {
    if (ranges.empty()) {
        return {};
    }
    return ::geteuid() == 0 ? writeFile(kind, process, ranges) : askProgram(kind, process, ranges);
}

} // namespace

client::Result<void> writeIdMaps(pid_t process, const IdMaps& maps) {
    if (client::Result<void> done = writeMap(users, process, maps.users.ranges); !done) {
        return done;
    }
    return writeMap(groups, process, maps.groups.ranges);
}

} // namespace sandboxd::engine
