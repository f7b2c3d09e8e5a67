#include "contradictions.hpp"

#include <array>

namespace sandboxd::bwrap {
namespace {

struct Rule {
    bool broken;
    const char* message;
};

template <std::size_t count> std::optional<std::string> firstBroken(const std::array<Rule, count>& rules) {
    for (const Rule& rule : rules) {
        if (rule.broken) {
            return rule.message;
        }
    }
    return std::nullopt;
}

// Every caller but root gets a user namespace, asked for or not.
bool hasUserNamespace(const Command& command, std::uint32_t uid) {
    return uid != 0 || command.unshared.user || command.unshared.userTry;
}

} // namespace

std::optional<std::string> findContradiction(const Command& command) {
    const Unshared& unshared = command.unshared;
    const Descriptors& descriptors = command.descriptors;
    const bool blocked = descriptors.usernsBlock.has_value();
    const bool joined = descriptors.userns.has_value();
    return firstBroken(std::array{
        Rule{blocked && !unshared.user, "--userns-block-fd requires --unshare-user"},
        Rule{blocked && !descriptors.info, "--userns-block-fd requires --info-fd"},
        Rule{joined && unshared.user, "--userns not compatible --unshare-user"},
        Rule{joined && unshared.userTry, "--userns not compatible --unshare-user-try"},
        Rule{command.disableUserns && !unshared.user, "--disable-userns requires --unshare-user"},
        // Two blanks: as bubblewrap has it.
        Rule{command.disableUserns && blocked, "--disable-userns is not compatible with  --userns-block-fd"},
    });
}

std::optional<std::string> findMissingNamespace(const Command& command, std::uint32_t uid, std::uint32_t gid) {
    const bool mapped = hasUserNamespace(command, uid) || command.descriptors.userns;
    return firstBroken(std::array{
        Rule{!mapped && command.uid.value_or(uid) != uid, "Specifying --uid requires --unshare-user or --userns"},
        Rule{!mapped && command.gid.value_or(gid) != gid, "Specifying --gid requires --unshare-user or --userns"},
        Rule{command.hostname && !command.unshared.uts, "Specifying --hostname requires --unshare-uts"},
        Rule{command.asPid1 && !command.unshared.pid, "Specifying --as-pid-1 requires --unshare-pid"},
        Rule{command.asPid1 && !command.lockFiles.empty(), "Specifying --as-pid-1 and --lock-file is not permitted"},
    });
}

std::optional<std::string> findImpossible(const Command& command) {
    const Descriptors& descriptors = command.descriptors;
    return firstBroken(std::array{
        Rule{descriptors.userns.has_value(),
             "--userns is not possible: sandboxd makes the user namespace of every sandbox itself"},
        Rule{descriptors.userns2.has_value(),
             "--userns2 is not possible: sandboxd makes the user namespace of every sandbox itself"},
        Rule{descriptors.pidns.has_value(),
             "--pidns is not possible: a sandbox has the caller's pid namespace or a new one"},
        Rule{descriptors.usernsBlock.has_value(),
             "--userns-block-fd is not possible: sandboxd writes the id maps itself"},
    });
}

} // namespace sandboxd::bwrap
