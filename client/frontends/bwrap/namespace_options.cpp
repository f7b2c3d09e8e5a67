// Options on namespaces and ids.
#include "numbers.hpp"
#include "option_row.hpp"

namespace sandboxd::bwrap {
namespace {

template <bool Unshared::*kind> Complaint unshare(Reading& reading, Arguments) {
    reading.command.unshared.*kind = true;
    return std::nullopt;
}

// User and cgroup only where the system has them: that is what --unshare-all promises.
Complaint unshareAll(Reading& reading, Arguments) {
    Unshared& unshared = reading.command.unshared;
    unshared.userTry = unshared.cgroupTry = true;
    unshared.ipc = unshared.pid = unshared.net = unshared.uts = true;
    return std::nullopt;
}

Complaint shareNet(Reading& reading, Arguments) {
    reading.command.unshared.net = false;
    return std::nullopt;
}

template <std::optional<std::uint32_t> Command::*place> Complaint takeId(Reading& reading, Arguments arguments) {
    warnOfRepetition(reading, (reading.command.*place).has_value());
    const std::optional<int> id = readNumber(arguments[0]);
    if (!id) {
        return "Invalid " + reading.option.substr(2) + ": " + arguments[0];
    }
    reading.command.*place = static_cast<std::uint32_t>(*id);
    return std::nullopt;
}

Complaint takeHostname(Reading& reading, Arguments arguments) {
    warnOfRepetition(reading, reading.command.hostname.has_value());
    reading.command.hostname = arguments[0];
    return std::nullopt;
}

constexpr std::array rows{
    OptionRow{"--unshare-all", 0, "", unshareAll, "", "New namespaces of every kind that there is"},
    OptionRow{"--share-net", 0, "", shareNet, "", "Behind --unshare-all: keep the caller's network"},
    OptionRow{"--unshare-user", 0, "", unshare<&Unshared::user>, "", "A new user namespace (there always is one)"},
    OptionRow{"--unshare-user-try", 0, "", unshare<&Unshared::userTry>, "", "Likewise"},
    OptionRow{"--unshare-ipc", 0, "", unshare<&Unshared::ipc>, "", "A new ipc namespace"},
    OptionRow{"--unshare-pid", 0, "", unshare<&Unshared::pid>, "", "A new pid namespace"},
    OptionRow{"--unshare-net", 0, "", unshare<&Unshared::net>, "", "A new network with a loopback interface only"},
    OptionRow{"--unshare-uts", 0, "", unshare<&Unshared::uts>, "", "A new uts namespace"},
    OptionRow{"--unshare-cgroup", 0, "", unshare<&Unshared::cgroup>, "", "A new cgroup namespace"},
    OptionRow{"--unshare-cgroup-try", 0, "", unshare<&Unshared::cgroupTry>, "", "Likewise, if the kernel has them"},
    OptionRow{"--disable-userns", 0, "", raise<&Command::disableUserns>, "",
              "No further user namespaces inside (needs --unshare-user)"},
    OptionRow{"--assert-userns-disabled", 0, "", raise<&Command::assertUsernsDisabled>, "",
              "Fail unless further user namespaces are impossible inside"},
    OptionRow{"--uid", 1, "--uid takes an argument", takeId<&Command::uid>, "UID",
              "The uid that the command sees as its own"},
    OptionRow{"--gid", 1, "--gid takes an argument", takeId<&Command::gid>, "GID",
              "The gid that the command sees as its own"},
    OptionRow{"--hostname", 1, "--hostname takes an argument", takeHostname, "NAME",
              "The host's name inside (needs --unshare-uts)"},
};

} // namespace

std::span<const OptionRow> namespaceOptions() {
    return rows;
}

} // namespace sandboxd::bwrap
