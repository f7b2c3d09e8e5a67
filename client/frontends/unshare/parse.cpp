#include "parse.hpp"

#include "id_ranges.hpp"
#include "signal_name.hpp"

#include <getopt.h>

#include <string_view>

namespace sandboxd::unshare {
namespace {

constexpr const char* helpText =
    R"(Usage: sandbox-unshare [OPTION...] [PROGRAM [ARGUMENT...]]

Runs PROGRAM (default: your shell) with new namespaces, as unshare(1) does, where the host
lets only sandboxd make them.

Namespaces:
  -m,--mount               mounts made inside stay inside
  -u,--uts                 names of the host
  -i,--ipc                 System V IPC and POSIX message queues
  -n,--net                 network, without an interface that is up
  -p,--pid                 processes
  -U,--user                users; implied by what maps ids
  -C,--cgroup              cgroups
  -T,--time                clocks

Identity:
  -r,--map-root-user       uid and gid 0 inside, with all capabilities
  -c,--map-current-user    your own ids inside
  --map-user UID|NAME      this uid inside
  --map-group GID|NAME     this gid inside
  --map-users INNER:OUTER:COUNT|auto|subids
                           a range of users as well; auto: from 0, the first block of /etc/subuid
  --map-groups INNER:OUTER:COUNT|auto|subids
                           the same for groups, of /etc/subgid
  --map-auto               --map-users=auto --map-groups=auto
  --map-subids             --map-users=subids --map-groups=subids
  --keep-caps              keep the capabilities of the user namespace
  -S,--setuid UID          the uid of PROGRAM; it must be mapped
  -G,--setgid GID          the gid of PROGRAM; it must be mapped
  --setgroups allow|deny   setgroups(2) inside; allow needs a range of groups

Program:
  -f,--fork                holds in any case; pid 1 of --pid is a small init
  --kill-child[=SIGNAL]    holds in any case: the sandbox ends with this command; implies --fork
  --mount-proc[=DIR]       a new /proc; implies --mount
  --propagation private    holds in any case; another value is refused
  -R,--root DIR            the root directory
  -w,--wd DIR              the working directory

  -h,--help                this text
  -V,--version             the version
)";

enum Long : int {
    longMountProc = 256,
    longKillChild,
    longMapUser,
    longMapGroup,
    longMapUsers,
    longMapGroups,
    longMapAuto,
    longMapSubids,
    longKeepCaps,
    longPropagation,
    longSetgroups,
    longMonotonic,
    longBoottime,
    longBinfmt,
    longInterpreter,
};

constexpr const char* shortOptions = "+:hVmuinpUCTfrcR:w:S:G:";

constexpr option longOptions[] = {
    {"boottime", required_argument, nullptr, longBoottime},
    {"cgroup", optional_argument, nullptr, 'C'},
    {"fork", no_argument, nullptr, 'f'},
    {"help", no_argument, nullptr, 'h'},
    {"ipc", optional_argument, nullptr, 'i'},
    {"keep-caps", no_argument, nullptr, longKeepCaps},
    {"kill-child", optional_argument, nullptr, longKillChild},
    {"load-interp", required_argument, nullptr, longInterpreter},
    {"map-auto", no_argument, nullptr, longMapAuto},
    {"map-current-user", no_argument, nullptr, 'c'},
    {"map-group", required_argument, nullptr, longMapGroup},
    {"map-groups", required_argument, nullptr, longMapGroups},
    {"map-root-user", no_argument, nullptr, 'r'},
    {"map-subids", no_argument, nullptr, longMapSubids},
    {"map-user", required_argument, nullptr, longMapUser},
    {"map-users", required_argument, nullptr, longMapUsers},
    {"monotonic", required_argument, nullptr, longMonotonic},
    {"mount", optional_argument, nullptr, 'm'},
    {"mount-binfmt", optional_argument, nullptr, longBinfmt},
    {"mount-proc", optional_argument, nullptr, longMountProc},
    {"net", optional_argument, nullptr, 'n'},
    {"pid", optional_argument, nullptr, 'p'},
    {"propagation", required_argument, nullptr, longPropagation},
    {"root", required_argument, nullptr, 'R'},
    {"setgid", required_argument, nullptr, 'G'},
    {"setgroups", required_argument, nullptr, longSetgroups},
    {"setuid", required_argument, nullptr, 'S'},
    {"time", optional_argument, nullptr, 'T'},
    {"user", optional_argument, nullptr, 'U'},
    {"uts", optional_argument, nullptr, 'u'},
    {"version", no_argument, nullptr, 'V'},
    {"wd", required_argument, nullptr, 'w'},
    {nullptr, 0, nullptr, 0},
};

using Problem = std::optional<Refusal>;

Refusal cannot(const std::string& what) {
    return {what, true};
}

// One option and its argument, "" if there is none.
struct Given {
    int option = 0;
    const char* argument = nullptr;
    [[nodiscard]] std::string text() const { return argument == nullptr ? "" : argument; }
};

// A namespace that a file keeps would need a mount outside, in the caller's own mount namespace.
Problem takeNamespace(bool& wanted, const Given& given) {
    wanted = true;
    if (given.argument != nullptr) {
        return cannot("cannot keep a namespace in file '" + given.text() + "'");
    }
    return std::nullopt;
}

Problem takeIdentity(Command& command, const Given& given) {
    switch (given.option) {
    case 'r':
        command.mapUser = command.mapGroup = "0";
        break;
    case longMapUser:
        command.mapUser = given.text();
        break;
    case longMapGroup:
        command.mapGroup = given.text();
        break;
    case longKeepCaps:
        command.keepCapabilities = true;
        return std::nullopt; // the one that implies no user namespace
    default:
        command.mapCurrent = true;
        break;
    }
    command.user = true;
    return std::nullopt;
}

Problem addRange(std::vector<RangeRequest>& ranges, const std::string& option, const std::string& text) {
    const auto range = parseRange(option, text);
    if (const auto* refusal = std::get_if<Refusal>(&range)) {
        return *refusal;
    }
    ranges.push_back(std::get<RangeRequest>(range));
    return std::nullopt;
}

Problem takeRanges(Command& command, const Given& given) {
    command.user = true;
    switch (given.option) {
    case longMapUsers:
        return addRange(command.userRanges, "--map-users", given.text());
    case longMapGroups:
        return addRange(command.groupRanges, "--map-groups", given.text());
    default:
        const RangeRequest block = FirstBlock{given.option == longMapSubids};
        command.userRanges.push_back(block);
        command.groupRanges.push_back(block);
        return std::nullopt;
    }
}

Problem takeSetgroups(Command& command, const Given& given) {
    if (given.text() != "allow" && given.text() != "deny") {
        return Refusal{"unsupported --setgroups argument '" + given.text() + "'"};
    }
    command.setgroups = given.text() == "allow" ? Setgroups::allow : Setgroups::deny;
    return std::nullopt;
}

// What a sandbox has in any case is accepted, anything else would be dropped silently.
Problem requireValue(const Given& given, std::string_view only, const char* option, const char* why) {
    if (given.text() == only) {
        return std::nullopt;
    }
    return cannot(std::string(option) + "=" + given.text() + ": " + why);
}

Problem takeKillChild(Command& command, const Given& given) {
    command.fork = command.killChild = true;
    if (given.argument != nullptr && !ctl::parseSignal(given.argument)) {
        return Refusal{"unknown signal: " + given.text()};
    }
    return std::nullopt;
}

Problem takeProcess(Command& command, const Given& given) {
    switch (given.option) {
    case 'f':
        command.fork = true;
        return std::nullopt;
    case longKillChild:
        return takeKillChild(command, given);
    case longMountProc:
        command.mount = true;
        command.procMount = given.argument == nullptr ? "/proc" : given.argument;
        return std::nullopt;
    case 'R':
        command.root = given.text();
        return std::nullopt;
    case 'w':
        command.workingDirectory = given.text();
        return std::nullopt;
    case 'S':
        command.setUid = given.text();
        return std::nullopt;
    default:
        command.setGid = given.text();
        return std::nullopt;
    }
}

Problem take(Command& command, const Given& given) {
    switch (given.option) {
    case 'm':
        return takeNamespace(command.mount, given);
    case 'u':
        return takeNamespace(command.uts, given);
    case 'i':
        return takeNamespace(command.ipc, given);
    case 'n':
        return takeNamespace(command.network, given);
    case 'p':
        return takeNamespace(command.pid, given);
    case 'U':
        return takeNamespace(command.user, given);
    case 'C':
        return takeNamespace(command.cgroup, given);
    case 'T':
        return takeNamespace(command.time, given);
    case longPropagation:
        return requireValue(given, "private", "--propagation", "mounts of a sandbox are private");
    case longSetgroups:
        return takeSetgroups(command, given);
    case longMonotonic:
    case longBoottime:
        return cannot("cannot set clocks of a time namespace");
    case longBinfmt:
    case longInterpreter:
        return cannot("cannot register formats of programs");
    case 'r':
    case 'c':
    case longMapUser:
    case longMapGroup:
    case longKeepCaps:
        return takeIdentity(command, given);
    case longMapUsers:
    case longMapGroups:
    case longMapAuto:
    case longMapSubids:
        return takeRanges(command, given);
    default:
        return takeProcess(command, given);
    }
}

// getopt_long(3) wants an argv of its own, which it may reorder; here it stops at the program.
std::vector<char*> makeArgv(const std::vector<std::string>& arguments) {
    std::vector<char*> argv{const_cast<char*>("sandbox-unshare")};
    for (const std::string& argument : arguments) {
        argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    return argv;
}

// getopt_long's own wording, less its name in front.
Refusal misuse(int result, const char* word) {
    const std::string shown = optopt > 0 && optopt < longMountProc && std::string_view(word).substr(0, 2) != "--"
                                  ? std::string("'") + static_cast<char>(optopt) + "'"
                                  : "'" + std::string(word) + "'";
    return {result == ':' ? "option requires an argument -- " + shown : "invalid option -- " + shown};
}

} // namespace

CommandLine parse(const std::vector<std::string>& arguments) {
    std::vector<char*> argv = makeArgv(arguments);
    const int count = static_cast<int>(argv.size()) - 1;
    Command command;
    opterr = 0;
    optind = 0; // starts anew
    for (;;) {
        const int option = ::getopt_long(count, argv.data(), shortOptions, longOptions, nullptr);
        if (option == -1) {
            break;
        }
        if (option == '?' || option == ':') {
            return misuse(option, argv[static_cast<std::size_t>(optind - 1)]);
        }
        if (option == 'h') {
            return Information{helpText};
        }
        if (option == 'V') {
            return Information{"unshare from sandboxd " SANDBOXD_VERSION "\n"};
        }
        if (const Problem problem = take(command, {option, optarg})) {
            return *problem;
        }
    }
    command.arguments.assign(argv.begin() + optind, argv.end() - 1);
    return command;
}

} // namespace sandboxd::unshare
