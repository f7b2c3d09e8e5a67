#include "command_line.hpp"

#include "ordered_options.hpp"
#include "signal_name.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <iterator>

namespace sandboxd::ctl {
namespace {

constexpr std::array<const char*, 3> networkNames{"none", "loopback", "host"}; // in the order of client::Network
constexpr std::array<const char*, 4> seccompNames{"default", "strict", "minimal", "off"}; // of client::Seccomp

constexpr std::array<const char*, 3> identityNames{"mapped", "host", "namespace-root"}; // of client::Identity

struct NamespaceName {
    const char* name;
    client::Namespace kind;
};
constexpr std::array<NamespaceName, 4> namespaceNames{{{"pid", client::Namespace::pid},
                                                       {"ipc", client::Namespace::ipc},
                                                       {"uts", client::Namespace::uts},
                                                       {"cgroup", client::Namespace::cgroup}}};

// The parser and the places that it fills.
struct Parser {
    Parser();

    // The parser of that verb, null if there is none.
    [[nodiscard]] const CLI::App* verbOf(const std::string& name) const {
        for (const CLI::App* verb : {run, list, show, kill, wait, doctor}) {
            if (verb->get_name() == name) {
                return verb;
            }
        }
        return nullptr;
    }

    CLI::App app{"Starts programs in sandboxes that sandboxd builds, and looks after them", "sandboxctl"};
    CLI::App* run = nullptr;
    CLI::App* list = nullptr;
    CLI::App* show = nullptr;
    CLI::App* kill = nullptr;
    CLI::App* wait = nullptr;
    CLI::App* doctor = nullptr;

    std::string asUser;
    RunRequest runRequest;
    std::string network = "loopback";
    std::string seccomp = "default";
    std::string identity = "mapped";
    std::vector<std::string> capabilities;
    bool noInit = false;
    std::vector<std::string> shared;
    std::string chdir;
    std::string hostname;
    ListRequest listRequest;
    std::string id;
    std::vector<std::string> ids;
    std::string signal = "TERM";
    bool killAll = false;
    std::string killUser;
    DoctorRequest doctorRequest;

private:
    void addRun();
    void addKill();
    void addDoctor();
    void addOthers();
    void addAs(CLI::App& to) { to.add_option("--as", asUser, "As root: drop to this user first")->type_name("USER"); }
};

Parser::Parser() {
    app.set_version_flag("--version", "sandboxctl " SANDBOXD_VERSION);
    app.require_subcommand(1);
    addAs(app);
    addRun();
    addOthers();
    addKill();
    addDoctor();
    for (CLI::App* verb : {run, list, show, kill, wait, doctor}) {
        addAs(*verb);
    }
}

void Parser::addRun() {
    run = app.add_subcommand("run", "Run a command in a new sandbox: run [OPTIONS] [--] COMMAND...");
    run->footer("Without options: the system read-only; /tmp, /run, /dev, /proc and an empty $HOME of its own; the\n"
                "current directory read-write if it lies below $HOME and below no dot directory of it; a loopback\n"
                "network; the environment less what looks like a secret.\n"
                "Exit status: the command's; 128+N if signal N ended it; 127 not found, 126 not executable, 125 any\n"
                "other failure.");
    addOrderedOptions(*run);
    run->add_flag("--keep-env", runRequest.keepEnvironment, "Keep all of the environment, secrets too");
    run->add_option("--chdir", chdir, "Working directory inside")->type_name("DIR");
    run->add_option("--hostname", hostname, "Host name inside")->type_name("NAME");
    run->add_flag("-t,--terminal", runRequest.terminal, "A terminal of its own even if ours does not control us");
    run->add_flag("--map-root", runRequest.mapRoot, "Look like root inside, without its rights");
    run->add_option("--identity", identity, "mapped (default), host or namespace-root")->type_name("KIND");
    run->add_option("--cap", capabilities, "Have this capability inside; may be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false);
    run->add_flag("--nested-userns", runRequest.nestedUserNamespaces, "Let the command make user namespaces");
    run->add_flag("--no-init", noInit, "Make the command process 1");
    run->add_option("--network", network, "none, loopback (default) or host")->type_name("KIND");
    run->add_option("--seccomp", seccomp, "System call filter: default, strict, minimal or off")->type_name("KIND");
    run->add_option("--share", shared, "Share pid, ipc, uts or cgroup with the caller; may be repeated")
        ->type_name("NAMESPACE")
        ->allow_extra_args(false);
}

void Parser::addKill() {
    kill = app.add_subcommand("kill", "Send a signal to the commands of sandboxes: kill [OPTIONS] ID... | --all");
    kill->footer("Instead of IDs, --all is every sandbox that runs: your own, or those of all users if you are root.\n"
                 "--user NAME is every one of that user; for another user than you polkit decides\n"
                 "(org.sandboxd1.manage-others). One that ends meanwhile is no error.");
    kill->add_option("-s,--signal", signal, "Name or number, TERM if not given")->type_name("S");
    kill->add_flag("--all", killAll, "All of your sandboxes; as root: of all users");
    kill->add_option("--user", killUser, "All sandboxes of this user: a name of /etc/passwd, or a uid")
        ->type_name("NAME");
    kill->add_option("ID", ids);
}

void Parser::addOthers() {
    list = app.add_subcommand("list", "List your sandboxes");
    list->add_flag("--all", listRequest.all, "Those of all users");
    show = app.add_subcommand("show", "Show what is known of one sandbox");
    show->add_option("ID", id)->required();
    wait = app.add_subcommand("wait", "Wait until a sandbox has ended; the exit status is its command's");
    wait->add_option("ID", id)->required();
}

void Parser::addDoctor() {
    doctor = app.add_subcommand("doctor", "Say whether sandboxes work here, and what to do if not");
    doctor->footer(
        "Also why bwrap, nsjail and unshare fail for this user. As root it sees more, but tries no sandbox:\n"
        "--as USER does. Exit status: 0 if sandboxes work, 1 if not.");
    doctor->add_flag("--json", doctorRequest.json, "The same as one JSON object");
}

// How many arguments follow the option `text`; 0 for flags, for --name=value and for what is no option at all.
std::size_t valuesOf(const CLI::App& app, const std::string& text) {
    const CLI::Option* option = app.get_option_no_throw(text);
    if (option == nullptr || option->get_items_expected_max() == 0) {
        return 0;
    }
    return static_cast<std::size_t>(option->get_type_size());
}

// Cut before the command, which is no business of the parser: its arguments may look like our options.
struct Pieces {
    std::vector<std::string> ours;
    std::vector<std::string> withoutAs; // `ours` less every --as
    std::vector<std::string> command;
};

class Cutter {
public:
    Cutter(const Parser& parser, const std::vector<std::string>& arguments) : parser_(parser), arguments_(arguments) {}

    Pieces cut() {
        takeOptions(parser_.app);
        if (at_ == arguments_.size()) {
            return pieces_;
        }
        const bool isRun = arguments_[at_] == "run";
        take(1, true);
        if (isRun) {
            takeOptions(*parser_.run);
            takeCommand();
        } else {
            takeRest();
        }
        return pieces_;
    }

private:
    void take(std::size_t count, bool keep) {
        for (; count > 0 && at_ < arguments_.size(); --count, ++at_) {
            pieces_.ours.push_back(arguments_[at_]);
            if (keep) {
                pieces_.withoutAs.push_back(arguments_[at_]);
            }
        }
    }

    void takeOption(const CLI::App& app) {
        const std::string& text = arguments_[at_];
        take(1 + valuesOf(app, text), text != "--as" && !text.starts_with("--as="));
    }

    [[nodiscard]] bool atOption() const {
        return at_ < arguments_.size() && arguments_[at_].size() > 1 && arguments_[at_][0] == '-' &&
               arguments_[at_] != "--";
    }

    void takeOptions(const CLI::App& app) {
        while (atOption()) {
            takeOption(app);
        }
    }

    // Of the other verbs: options and operands in any order.
    void takeRest() {
        const CLI::App* verb = parser_.verbOf(pieces_.ours.back());
        while (at_ < arguments_.size()) {
            if (verb != nullptr && atOption()) {
                takeOption(*verb);
            } else {
                take(1, true);
            }
        }
    }

    void takeCommand() {
        if (at_ < arguments_.size() && arguments_[at_] == "--") {
            ++at_;
        }
        pieces_.command.assign(arguments_.begin() + static_cast<std::ptrdiff_t>(at_), arguments_.end());
    }

    const Parser& parser_;
    const std::vector<std::string>& arguments_;
    std::size_t at_ = 0;
    Pieces pieces_;
};

std::optional<std::string> readShared(const std::vector<std::string>& names, RunRequest& request) {
    for (const std::string& name : names) {
        const auto* const row = std::find_if(namespaceNames.begin(), namespaceNames.end(),
                                             [&](const NamespaceName& each) { return name == each.name; });
        if (row == namespaceNames.end()) {
            return "--share: \"" + name + "\" is none of pid, ipc, uts, cgroup";
        }
        request.shared.push_back(row->kind);
    }
    return std::nullopt;
}

// A name of a closed choice, whose values are numbered in the order of the names.
template <std::size_t count, typename Choice>
std::optional<std::string> choose(const char* option, const std::array<const char*, count>& names,
                                  const std::string& text, Choice& choice) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
        if (text == names[i]) {
            choice = static_cast<Choice>(i);
            return std::nullopt;
        }
        all += (i == 0 ? "" : ", ") + std::string(names[i]);
    }
    return std::string(option) + ": \"" + text + "\" is none of " + all;
}

// "net_raw" and "CAP_NET_RAW" are the same, as in capsh(1).
std::string capabilityName(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
    return text.starts_with("CAP_") ? text : "CAP_" + text;
}

std::optional<std::string> readCapabilities(const Parser& parser, RunRequest& request) {
    const std::vector<std::string>& names = parser.capabilities;
    if (names.empty()) {
        return std::nullopt;
    }
    std::transform(names.begin(), names.end(), std::back_inserter(request.capabilities), capabilityName);
    if (parser.run->count("--identity") > 0 && request.identity != client::Identity::namespaceRoot) {
        return "--cap: the identity \"" + parser.identity + "\" has no capabilities";
    }
    request.identity = client::Identity::namespaceRoot;
    return std::nullopt;
}

CommandLine finishRun(Parser& parser, const std::vector<std::string>& command) {
    RunRequest& request = parser.runRequest;
    if (command.empty()) {
        return UsageError{"run: no command given"};
    }
    for (const auto& problem : {choose("--network", networkNames, parser.network, request.network),
                                choose("--seccomp", seccompNames, parser.seccomp, request.seccomp),
                                choose("--identity", identityNames, parser.identity, request.identity)}) {
        if (problem) {
            return UsageError{*problem};
        }
    }
    if (const auto problem = readCapabilities(parser, request)) {
        return UsageError{*problem};
    }
    request.init = !parser.noInit;
    if (const auto problem = readShared(parser.shared, request)) {
        return UsageError{*problem};
    }
    if (const auto problem = readOrderedOptions(*parser.run, request)) {
        return UsageError{*problem};
    }
    request.command = command;
    const auto given = [](const CLI::App* app, const char* name) { return app->count(name) > 0; };
    if (given(parser.run, "--chdir")) {
        request.workingDirectory = parser.chdir;
    }
    if (given(parser.run, "--hostname")) {
        request.hostname = parser.hostname;
    }
    return Request{request};
}

CommandLine finishKill(const Parser& parser) {
    const std::optional<int> signal = parseSignal(parser.signal);
    if (!signal) {
        return UsageError{"--signal: there is no signal \"" + parser.signal + "\""};
    }
    const bool ofUser = parser.kill->count("--user") > 0;
    const bool wholesale = parser.killAll || ofUser;
    if (parser.ids.empty() && !wholesale) {
        return UsageError{"kill: no sandbox named; give IDs, --all or --user NAME"};
    }
    if (!parser.ids.empty() && wholesale) {
        return UsageError{"kill: give either IDs, or --all or --user NAME"};
    }
    return Request{KillRequest{parser.ids, *signal, ofUser ? std::optional(parser.killUser) : std::nullopt}};
}

CommandLine finish(Parser& parser, const Pieces& pieces) {
    if (!parser.asUser.empty()) {
        AsRequest request{parser.asUser, pieces.withoutAs};
        if (parser.run->parsed()) {
            request.arguments.emplace_back("--");
            request.arguments.insert(request.arguments.end(), pieces.command.begin(), pieces.command.end());
        }
        return request;
    }
    if (parser.run->parsed()) {
        return finishRun(parser, pieces.command);
    }
    if (parser.kill->parsed()) {
        return finishKill(parser);
    }
    if (parser.doctor->parsed()) {
        return Request{parser.doctorRequest};
    }
    if (parser.show->parsed()) {
        return Request{ShowRequest{parser.id}};
    }
    if (parser.wait->parsed()) {
        return Request{WaitRequest{parser.id}};
    }
    return Request{parser.listRequest};
}

} // namespace

CommandLine parseCommandLine(const std::vector<std::string>& arguments) {
    Parser parser;
    const Pieces pieces = Cutter(parser, arguments).cut();
    std::vector<std::string> reversed(pieces.ours.rbegin(), pieces.ours.rend()); // as CLI11 wants them
    try {
        parser.app.parse(reversed);
    } catch (const CLI::CallForHelp&) {
        return Information{parser.app.help()};
    } catch (const CLI::CallForVersion& version) {
        return Information{std::string(version.what()) + "\n"};
    } catch (const CLI::ParseError& error) {
        return UsageError{error.what()};
    }
    return finish(parser, pieces);
}

} // namespace sandboxd::ctl
