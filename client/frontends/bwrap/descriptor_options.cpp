// Options that name a descriptor of the caller's.
#include "option_row.hpp"

namespace sandboxd::bwrap {
namespace {

// The last one counts.
template <std::optional<int> Descriptors::*which> Complaint takeLast(Reading& reading, Arguments arguments) {
    std::optional<int>& place = reading.command.descriptors.*which;
    warnOfRepetition(reading, place.has_value());
    int number = -1;
    if (Complaint complaint = takeDescriptor(number, arguments[0])) {
        return complaint;
    }
    place = number;
    return std::nullopt;
}

Complaint takeSeccomp(Reading& reading, Arguments arguments) {
    Descriptors& descriptors = reading.command.descriptors;
    if (!descriptors.addedSeccomp.empty()) {
        return "--seccomp cannot be combined with --add-seccomp-fd";
    }
    return takeLast<&Descriptors::seccomp>(reading, arguments);
}

Complaint addSeccomp(Reading& reading, Arguments arguments) {
    Descriptors& descriptors = reading.command.descriptors;
    if (descriptors.seccomp) {
        return "--add-seccomp-fd cannot be combined with --seccomp";
    }
    int number = -1;
    if (Complaint complaint = takeDescriptor(number, arguments[0])) {
        return complaint;
    }
    descriptors.addedSeccomp.push_back(number);
    return std::nullopt;
}

constexpr std::array rows{
    OptionRow{"--userns", 1, "--userns takes an argument", takeLast<&Descriptors::userns>, "FD",
              "Build in this user namespace, not in a new one"},
    OptionRow{"--userns2", 1, "--userns2 takes an argument", takeLast<&Descriptors::userns2>, "FD",
              "Change to this user namespace when all is built"},
    OptionRow{"--pidns", 1, "--pidns takes an argument", takeLast<&Descriptors::pidns>, "FD",
              "Run in this pid namespace, or in a new one below it"},
    OptionRow{"--sync-fd", 1, "--sync-fd takes an argument", takeLast<&Descriptors::sync>, "FD",
              "Keep FD open as long as the sandbox lives"},
    OptionRow{"--block-fd", 1, "--block-fd takes an argument", takeLast<&Descriptors::block>, "FD",
              "Start the command only when FD has something to read"},
    OptionRow{"--userns-block-fd", 1, "--userns-block-fd takes an argument", takeLast<&Descriptors::usernsBlock>, "FD",
              "Let others write the id maps until FD can be read (needs --info-fd)"},
    OptionRow{"--info-fd", 1, "--info-fd takes an argument", takeLast<&Descriptors::info>, "FD",
              "Write pid and namespaces of the sandbox to FD, as JSON"},
    OptionRow{"--json-status-fd", 1, "--json-status-fd takes an argument", takeLast<&Descriptors::jsonStatus>, "FD",
              "Likewise, and the exit status when it has ended"},
    OptionRow{"--seccomp", 1, "--seccomp takes an argument", takeSeccomp, "FD",
              "Filter system calls by the BPF program in FD; the last one counts"},
    OptionRow{"--add-seccomp-fd", 1, "--add-seccomp-fd takes an argument", addSeccomp, "FD",
              "Filter system calls by the BPF program in FD as well"},
};

} // namespace

std::span<const OptionRow> descriptorOptions() {
    return rows;
}

} // namespace sandboxd::bwrap
