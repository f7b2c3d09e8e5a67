#include "message.hpp"
#include "numbers.hpp"
#include "option_row.hpp"

namespace sandboxd::bwrap {
namespace {

// They end or interrupt the reading: parse.cpp acts on them, this table is for --help and their missing arguments.
constexpr std::array general{
    OptionRow{"--help", 0, "", nullptr, "", "Say this and do nothing else"},
    OptionRow{"--version", 0, "", nullptr, "", "Say which version of bubblewrap this stands for"},
    OptionRow{"--args", 1, "--args takes an argument", nullptr, "FD", "Read options from FD, each ended by a NUL"},
    OptionRow{"--level-prefix", 0, "", raise<&Command::levelPrefix>, "", "Put the severity before messages, as <3>"},
};

} // namespace

std::span<const OptionRow> generalOptions() {
    return general;
}

const OptionRow* findOption(const std::string& name) {
    for (const std::span<const OptionRow> table : allOptions()) {
        for (const OptionRow& row : table) {
            if (name == row.name) {
                return &row;
            }
        }
    }
    return nullptr;
}

Complaint takeDescriptor(int& place, const std::string& text) {
    const std::optional<int> number = readNumber(text);
    if (!number) {
        return "Invalid fd: " + text;
    }
    place = *number;
    return std::nullopt;
}

void warnOfRepetition(Reading& reading, bool given) {
    if (given) {
        reading.warnings += messageLine(Severity::warning, reading.command.levelPrefix,
                                        "Only the last " + reading.option + " option will take effect");
    }
}

} // namespace sandboxd::bwrap
