// What a command line of unshare(1) asks for (util-linux 2.41), as plain values.
#pragma once

#include "engine/id_maps.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sandboxd::unshare {

// The first block of ids that the user has of his own in /etc/subuid or /etc/subgid.
struct FirstBlock {
    bool sameInside = false; // else from 0 on

    friend bool operator==(const FirstBlock&, const FirstBlock&) = default;
};

using RangeRequest = std::variant<engine::IdRange, FirstBlock>;

enum class Setgroups { unsaid, allow, deny };

struct Command {
    bool user = false;
    bool mount = false;
    bool uts = false;
    bool ipc = false;
    bool network = false;
    bool pid = false;
    bool cgroup = false;
    bool time = false;

    // Both hold of a sandbox in any case.
    bool fork = false;
    bool killChild = false;

    std::optional<std::string> procMount; // where a new /proc goes

    // As written: a number, or a name of this host.
    std::optional<std::string> mapUser;
    std::optional<std::string> mapGroup;
    bool mapCurrent = false;              // the caller's own ids, unless mapUser and mapGroup say otherwise
    std::vector<RangeRequest> userRanges; // in this order
    std::vector<RangeRequest> groupRanges;
    Setgroups setgroups = Setgroups::unsaid;
    bool keepCapabilities = false;
    std::optional<std::string> setUid;
    std::optional<std::string> setGid;

    std::optional<std::string> root;
    std::optional<std::string> workingDirectory;

    std::vector<std::string> arguments; // of the program; empty: the user's shell
};

// Text for stdout (help, version), and nothing to do.
struct Information {
    std::string text;
};

// What is wrong with the command line; `unsupported`: nothing is, but a broker cannot do it.
struct Refusal {
    std::string message;
    bool unsupported = false;
};

using CommandLine = std::variant<Command, Information, Refusal>;

} // namespace sandboxd::unshare
