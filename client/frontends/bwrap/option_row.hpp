// What an option is: its name, how many arguments it takes, and what it changes. The tables that hold all of them are
// in *_options.cpp.
#pragma once

#include "command.hpp"

#include <array>
#include <span>
#include <string>

namespace sandboxd::bwrap {

// What the options read so far have made. --perms, --size and --overlay-src wait for the option that uses them.
struct Reading {
    Command command;
    std::string option;   // the one that is being read
    std::string warnings; // whole lines
    std::optional<std::uint32_t> nextMode;
    std::uint64_t nextSize = 0;
    std::vector<std::string> nextLower;
};

// What is wrong, in bubblewrap's words; none if all is well.
using Complaint = std::optional<std::string>;
using Arguments = std::span<const std::string>;

// Of --overlay-src without the option that it is for.
inline constexpr const char* danglingOverlay = "--overlay-src must be followed by another --overlay-src or one of "
                                               "--overlay, --tmp-overlay, or --ro-overlay";

struct OptionRow {
    const char* name;
    int arguments;
    const char* missing; // what is said when there are fewer
    Complaint (*apply)(Reading& reading, Arguments arguments);
    const char* placeholder; // in --help
    const char* help;
};

std::span<const OptionRow> generalOptions();
std::span<const OptionRow> namespaceOptions();
std::span<const OptionRow> processOptions();
std::span<const OptionRow> descriptorOptions();
std::span<const OptionRow> mountOptions();
std::span<const OptionRow> overlayOptions();

inline std::array<std::span<const OptionRow>, 6> allOptions() {
    return {generalOptions(),    namespaceOptions(), processOptions(),
            descriptorOptions(), mountOptions(),     overlayOptions()};
}

[[nodiscard]] const OptionRow* findOption(const std::string& name);

// Takes `text` as descriptor into `place`.
[[nodiscard]] Complaint takeDescriptor(int& place, const std::string& text);

// Notes that the option came again where one counts.
void warnOfRepetition(Reading& reading, bool given);

// An option without an argument that says yes.
template <bool Command::*flag> Complaint raise(Reading& reading, Arguments) {
    reading.command.*flag = true;
    return std::nullopt;
}

} // namespace sandboxd::bwrap
