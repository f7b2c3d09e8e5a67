// Options on the command itself: its environment, directory, session, capabilities.
#include "engine/capability_names.hpp"
#include "option_row.hpp"

#include <strings.h>

namespace sandboxd::bwrap {
namespace {

Complaint takeArgv0(Reading& reading, Arguments arguments) {
    if (reading.command.argv0) {
        return "--argv0 used multiple times";
    }
    reading.command.argv0 = arguments[0];
    return std::nullopt;
}

Complaint takeDirectory(Reading& reading, Arguments arguments) {
    warnOfRepetition(reading, reading.command.directory.has_value());
    reading.command.directory = arguments[0];
    return std::nullopt;
}

// What setenv(3) and unsetenv(3) refuse.
bool isName(const std::string& name) {
    return !name.empty() && name.find('=') == std::string::npos;
}

Complaint setVariable(Reading& reading, Arguments arguments) {
    if (!isName(arguments[0])) {
        return "setenv failed";
    }
    reading.command.environment.emplace_back(SetVariable{arguments[0], arguments[1]});
    return std::nullopt;
}

Complaint unsetVariable(Reading& reading, Arguments arguments) {
    if (!isName(arguments[0])) {
        return "unsetenv failed";
    }
    reading.command.environment.emplace_back(UnsetVariable{arguments[0]});
    return std::nullopt;
}

Complaint clearVariables(Reading& reading, Arguments) {
    reading.command.environment.emplace_back(ClearVariables{});
    return std::nullopt;
}

bool isAll(const std::string& text) {
    return ::strcasecmp(text.c_str(), "ALL") == 0;
}

Complaint addCapability(Reading& reading, Arguments arguments) {
    std::set<std::string>& held = reading.command.capabilities;
    reading.command.namesCapabilities = true;
    if (isAll(arguments[0])) {
        held.insert(engine::capabilityNames().begin(), engine::capabilityNames().end());
        return std::nullopt;
    }
    const std::string_view name = engine::capabilityName(arguments[0]);
    if (name.empty()) {
        return "unknown cap: " + arguments[0];
    }
    held.emplace(name);
    return std::nullopt;
}

Complaint dropCapability(Reading& reading, Arguments arguments) {
    std::set<std::string>& held = reading.command.capabilities;
    reading.command.namesCapabilities = true;
    if (isAll(arguments[0])) {
        held.clear();
        return std::nullopt;
    }
    const std::string_view name = engine::capabilityName(arguments[0]);
    if (name.empty()) {
        return "unknown cap: " + arguments[0];
    }
    held.erase(std::string(name));
    return std::nullopt;
}

// As a bubblewrap answers that was built without SELinux, or runs where it is off.
Complaint refuseLabel(Reading&, Arguments) {
    return "labeling not supported on this system";
}

constexpr std::array rows{
    OptionRow{"--argv0", 1, "--argv0 takes one argument", takeArgv0, "VALUE", "What the command sees as its argv[0]"},
    OptionRow{"--chdir", 1, "--chdir takes one argument", takeDirectory, "DIR", "Start the command in DIR"},
    OptionRow{"--clearenv", 0, "", clearVariables, "", "Start from an empty environment"},
    OptionRow{"--setenv", 2, "--setenv takes two arguments", setVariable, "VAR VALUE", "Set a variable"},
    OptionRow{"--unsetenv", 1, "--unsetenv takes an argument", unsetVariable, "VAR", "Remove a variable"},
    OptionRow{"--exec-label", 1, "--exec-label takes an argument", refuseLabel, "LABEL",
              "SELinux label of the command: not possible here"},
    OptionRow{"--file-label", 1, "--file-label takes an argument", refuseLabel, "LABEL",
              "SELinux label of made files: not possible here"},
    OptionRow{"--new-session", 0, "", raise<&Command::newSession>, "", "Give the command no controlling terminal"},
    OptionRow{"--die-with-parent", 0, "", raise<&Command::dieWithParent>, "",
              "End the sandbox when whoever started it ends"},
    OptionRow{"--as-pid-1", 0, "", raise<&Command::asPid1>, "", "Let the command be process 1 (needs --unshare-pid)"},
    OptionRow{"--cap-add", 1, "--cap-add takes an argument", addCapability, "CAP",
              "Let the command hold CAP inside, or ALL"},
    OptionRow{"--cap-drop", 1, "--cap-drop takes an argument", dropCapability, "CAP", "Take CAP away again, or ALL"},
};

} // namespace

std::span<const OptionRow> processOptions() {
    return rows;
}

} // namespace sandboxd::bwrap
