#include "parse.hpp"

#include "help.hpp"
#include "option_row.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace sandboxd::bwrap {
namespace {

using Words = std::vector<std::string>;

// What descriptor 9 holds; every other one is closed.
Parsed parseWith(const Words& words, const std::string& file) {
    return parse("bwrap", words, [&](int descriptor) {
        return descriptor == 9 ? std::variant<std::string, int>(file) : std::variant<std::string, int>(EBADF);
    });
}

Command command(const Words& words, const std::string& file = "") {
    const Parsed parsed = parseWith(words, file);
    EXPECT_EQ(parsed.warnings, "");
    const auto* found = std::get_if<Command>(&parsed.outcome);
    EXPECT_NE(found, nullptr);
    return found != nullptr ? *found : Command{};
}

std::string mistake(const Words& words, const std::string& file = "") {
    const Parsed parsed = parseWith(words, file);
    const auto* found = std::get_if<Mistake>(&parsed.outcome);
    return found != nullptr ? found->message : "";
}

Words filled(const std::string& option, std::size_t arguments) {
    Words words{option};
    words.resize(1 + arguments, "1");
    return words;
}

TEST(BwrapParse, TakesEverythingFromTheCommandOnAsItIs) {
    EXPECT_EQ(command({"ls", "-l", "--bind", "--"}).argv, (Words{"ls", "-l", "--bind", "--"}));
    EXPECT_EQ(command({"--unshare-pid", "--", "--odd", "--"}).argv, (Words{"--odd", "--"}));
    EXPECT_EQ(command({"", "x"}).argv, (Words{"", "x"}));
    EXPECT_TRUE(command({"--unshare-pid"}).argv.empty());
}

TEST(BwrapParse, KeepsOperationsInTheirOrder) {
    const Command read = command({"--bind",  "/a",       "/b",           "--ro-bind-try",
                                  "c",       "d",        "--dev-bind",   "/e",
                                  "/f",      "--proc",   "/p",           "--dev",
                                  "/v",      "--mqueue", "/q",           "--symlink",
                                  "to",      "/l",       "--remount-ro", "/r",
                                  "--chmod", "0750",     "/m",           "--bind-fd",
                                  "7",       "/s",       "--ro-bind-fd", "8",
                                  "/t"});
    const std::vector<Operation> expected{
        {.kind = Kind::bind, .source = "/a", .target = "/b"},
        {.kind = Kind::bind, .source = "c", .target = "d", .readOnly = true, .optional = true},
        {.kind = Kind::bind, .source = "/e", .target = "/f", .devices = true},
        {.kind = Kind::proc, .target = "/p"},
        {.kind = Kind::dev, .target = "/v"},
        {.kind = Kind::mqueue, .target = "/q"},
        {.kind = Kind::symlink, .source = "to", .target = "/l"},
        {.kind = Kind::remountReadOnly, .target = "/r"},
        {.kind = Kind::chmod, .target = "/m", .mode = 0750},
        {.kind = Kind::bindDescriptor, .target = "/s", .descriptor = 7},
        {.kind = Kind::bindDescriptor, .target = "/t", .descriptor = 8, .readOnly = true}};
    EXPECT_EQ(read.operations, expected);
}

TEST(BwrapParse, GivesModeAndSizeToTheNextOptionAlone) {
    const Command read =
        command({"--perms", "1777",        "--size",  "0x1000",  "--tmpfs", "/a",      "--tmpfs",
                 "/b",      "--size",      "7",       "--perms", "0",       "--tmpfs", "/c",
                 "--perms", "0640",        "--file",  "5",       "/d",      "--file",  "5",
                 "/e",      "--bind-data", "6",       "/f",      "--perms", "0444",    "--ro-bind-data",
                 "6",       "/g",          "--perms", "0700",    "--dir",   "/h",      "--dir",
                 "/i"});
    const std::vector<Operation> expected{
        {.kind = Kind::tmpfs, .target = "/a", .mode = 01777, .size = 4096},
        {.kind = Kind::tmpfs, .target = "/b", .mode = 0755},
        {.kind = Kind::tmpfs, .target = "/c", .mode = 0, .size = 7},
        {.kind = Kind::file, .target = "/d", .descriptor = 5, .mode = 0640},
        {.kind = Kind::file, .target = "/e", .descriptor = 5, .mode = 0666},
        {.kind = Kind::bindFile, .target = "/f", .descriptor = 6, .mode = 0600},
        {.kind = Kind::bindFile, .target = "/g", .descriptor = 6, .mode = 0444, .readOnly = true},
        {.kind = Kind::directory, .target = "/h", .mode = 0700},
        {.kind = Kind::directory, .target = "/i", .mode = 0755}};
    EXPECT_EQ(read.operations, expected);
}

TEST(BwrapParse, RefusesModesAndSizesThatNobodyUses) {
    const std::string perms = "--perms must be followed by an option that creates a file";
    EXPECT_EQ(mistake({"--perms", "0755", "--bind", "/a", "/b"}), perms);
    EXPECT_EQ(mistake({"--perms", "0755", "--unshare-pid", "true"}), perms);
    EXPECT_EQ(mistake({"--size", "5", "--dir", "/a"}), "--size must be followed by --tmpfs");
    EXPECT_EQ(mistake({"--perms", "1", "--perms", "1"}), "--perms given twice for the same action");
    EXPECT_EQ(mistake({"--size", "1", "--size", "1"}), "--size given twice for the same action");
    EXPECT_EQ(command({"--perms", "0755", "true"}).argv, Words{"true"});
}

TEST(BwrapParse, RefusesNumbersThatAreNone) {
    for (const char* mode : {"", "9", "0755x", "10000", "-1"}) {
        EXPECT_EQ(mistake({"--perms", mode}), "--perms takes an octal argument <= 07777") << mode;
        EXPECT_EQ(mistake({"--chmod", mode, "/x"}), "--chmod takes an octal argument <= 07777") << mode;
    }
    for (const char* size : {"", "0", "-1", " 1", "1x", "x", "99999999999999999999"}) {
        EXPECT_EQ(mistake({"--size", size}), "--size takes a non-zero number of bytes") << size;
    }
    EXPECT_EQ(mistake({"--size", "9223372036854775808"}), "--size (for tmpfs) is limited to 9223372036854775807");
    for (const char* id : {"", "x", "-1", "1x", "2147483648"}) {
        EXPECT_EQ(mistake({"--uid", id}), std::string("Invalid uid: ") + id);
        EXPECT_EQ(mistake({"--gid", id}), std::string("Invalid gid: ") + id);
    }
}

TEST(BwrapParse, RefusesDescriptorsThatAreNoNumbers) {
    for (const char* option : {"--args", "--userns", "--userns2", "--pidns", "--sync-fd", "--block-fd",
                               "--userns-block-fd", "--info-fd", "--json-status-fd", "--seccomp", "--add-seccomp-fd"}) {
        for (const char* number : {"", "x", "-1", "1x", "99999999999"}) {
            EXPECT_EQ(mistake({option, number}), std::string("Invalid fd: ") + number) << option;
        }
    }
    for (const char* option : {"--file", "--bind-data", "--ro-bind-data", "--bind-fd", "--ro-bind-fd"}) {
        EXPECT_EQ(mistake({option, "x", "/d"}), "Invalid fd: x") << option;
    }
}

TEST(BwrapParse, SaysOfEachOptionWhenAnArgumentIsMissing) {
    for (const auto table : allOptions()) {
        for (const OptionRow& row : table) {
            for (std::size_t given = 0; given < static_cast<std::size_t>(row.arguments); ++given) {
                EXPECT_EQ(mistake(filled(row.name, given)), row.missing);
                EXPECT_FALSE(std::string(row.missing).empty()) << row.name;
            }
        }
    }
    EXPECT_EQ(mistake({"--ro-bind", "/a"}), "--ro-bind takes two arguments");
    EXPECT_EQ(mistake({"--ro-bind-fd", "3"}), "--bind-fd takes two arguments");
    EXPECT_EQ(mistake({"--overlay-src"}),
              "--overlay-src must be followed by another --overlay-src or one of --overlay, --tmp-overlay, or "
              "--ro-overlay");
}

TEST(BwrapParse, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(mistake({"--no-such-option", "true"}), "Unknown option --no-such-option");
    EXPECT_EQ(mistake({"-"}), "Unknown option -");
    EXPECT_EQ(mistake({"--bind=/a", "/b"}), "Unknown option --bind=/a");
}

TEST(BwrapParse, StacksOverlaySources) {
    const Command read =
        command({"--overlay-src", "/low", "--overlay-src", "/high", "--overlay", "/up", "/work", "/o", "--overlay-src",
                 "/x", "--tmp-overlay", "/t", "--overlay-src", "/y", "--overlay-src", "/z", "--ro-overlay", "/r"});
    const std::vector<Operation> expected{
        {.kind = Kind::overlay, .source = "/up", .target = "/o", .lower = {"/low", "/high"}, .work = "/work"},
        {.kind = Kind::temporaryOverlay, .target = "/t", .lower = {"/x"}},
        {.kind = Kind::readOnlyOverlay, .target = "/r", .lower = {"/y", "/z"}}};
    EXPECT_EQ(read.operations, expected);
}

TEST(BwrapParse, RefusesOverlaysWithoutSourcesAndSourcesWithoutOverlay) {
    const std::string dangling = "--overlay-src must be followed by another --overlay-src or one of --overlay, "
                                 "--tmp-overlay, or --ro-overlay";
    EXPECT_EQ(mistake({"--overlay", "/u", "/w", "/o"}), "--overlay requires at least one --overlay-src");
    EXPECT_EQ(mistake({"--tmp-overlay", "/o"}), "--tmp-overlay requires at least one --overlay-src");
    EXPECT_EQ(mistake({"--overlay-src", "/a", "--ro-overlay", "/o"}),
              "--ro-overlay requires at least two --overlay-src");
    EXPECT_EQ(mistake({"--overlay-src", "/a", "--dir", "/o"}), dangling);
    EXPECT_EQ(mistake({"--overlay-src", "/a", "true"}), dangling);
}

TEST(BwrapParse, ReadsNamespaces) {
    const Unshared all = command({"--unshare-all", "--share-net"}).unshared;
    EXPECT_TRUE(all.userTry && all.cgroupTry && all.ipc && all.pid && all.uts);
    EXPECT_FALSE(all.net || all.user || all.cgroup);
    EXPECT_TRUE(command({"--share-net", "--unshare-net"}).unshared.net);
    const Unshared each = command({"--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
                                   "--unshare-cgroup"})
                              .unshared;
    EXPECT_TRUE(each.user && each.ipc && each.pid && each.net && each.uts && each.cgroup);
    EXPECT_TRUE(command({"--unshare-user-try"}).unshared.userTry);
    EXPECT_TRUE(command({"--unshare-cgroup-try"}).unshared.cgroupTry);
}

TEST(BwrapParse, ReadsWhatIsAboutTheCommand) {
    const Command read = command({"--argv0", "shown", "--chdir", "/d", "--hostname", "box", "--uid", "0", "--gid", "5",
                                  "--new-session", "--die-with-parent", "--as-pid-1", "--lock-file", "/l",
                                  "--lock-file", "/m", "--disable-userns", "--assert-userns-disabled"});
    EXPECT_EQ(read.argv0, "shown");
    EXPECT_EQ(read.directory, "/d");
    EXPECT_EQ(read.hostname, "box");
    EXPECT_EQ(read.uid, 0U);
    EXPECT_EQ(read.gid, 5U);
    EXPECT_TRUE(read.newSession && read.dieWithParent && read.asPid1);
    EXPECT_TRUE(read.disableUserns && read.assertUsernsDisabled);
    EXPECT_EQ(read.lockFiles, (Words{"/l", "/m"}));
}

TEST(BwrapParse, ReadsDescriptors) {
    const Descriptors read =
        command({"--sync-fd",        "3",  "--block-fd",       "4", "--userns-block-fd", "5",  "--info-fd", "6",
                 "--json-status-fd", "7",  "--add-seccomp-fd", "8", "--add-seccomp-fd",  "10", "--userns",  "11",
                 "--userns2",        "12", "--pidns",          "13"})
            .descriptors;
    EXPECT_EQ(read.sync, 3);
    EXPECT_EQ(read.block, 4);
    EXPECT_EQ(read.usernsBlock, 5);
    EXPECT_EQ(read.info, 6);
    EXPECT_EQ(read.jsonStatus, 7);
    EXPECT_EQ(read.addedSeccomp, (std::vector<int>{8, 10}));
    EXPECT_EQ(read.userns, 11);
    EXPECT_EQ(read.userns2, 12);
    EXPECT_EQ(read.pidns, 13);
    EXPECT_EQ(command({"--seccomp", "8"}).descriptors.seccomp, 8);
}

TEST(BwrapParse, TakesOneKindOfFilterOnly) {
    EXPECT_EQ(mistake({"--seccomp", "3", "--add-seccomp-fd", "4"}),
              "--add-seccomp-fd cannot be combined with --seccomp");
    EXPECT_EQ(mistake({"--add-seccomp-fd", "4", "--seccomp", "3"}),
              "--seccomp cannot be combined with --add-seccomp-fd");
}

TEST(BwrapParse, WarnsWhenOnlyTheLastOptionCounts) {
    for (const char* option :
         {"--chdir", "--hostname", "--uid", "--gid", "--sync-fd", "--block-fd", "--userns-block-fd", "--info-fd",
          "--json-status-fd", "--seccomp", "--userns", "--userns2", "--pidns"}) {
        const Parsed parsed = parseWith({option, "1", option, "2", "true"}, "");
        EXPECT_EQ(parsed.warnings, "bwrap: Only the last " + std::string(option) + " option will take effect\n");
        EXPECT_TRUE(std::holds_alternative<Command>(parsed.outcome)) << option;
    }
    EXPECT_EQ(parseWith({"--level-prefix", "--chdir", "1", "--chdir", "2"}, "").warnings,
              "<4>bwrap: Only the last --chdir option will take effect\n");
    EXPECT_EQ(mistake({"--argv0", "a", "--argv0", "b"}), "--argv0 used multiple times");
}

TEST(BwrapParse, AddsAndDropsCapabilities) {
    EXPECT_EQ(command({"--cap-add", "cap_net_raw", "--cap-add", "CAP_CHOWN", "--cap-drop", "CAP_NET_RAW"}).capabilities,
              std::set<std::string>{"CAP_CHOWN"});
    EXPECT_EQ(command({"--cap-add", "all", "--cap-drop", "CAP_BPF"}).capabilities.size(), 40U);
    EXPECT_TRUE(command({"--cap-add", "CAP_BPF", "--cap-drop", "ALL"}).capabilities.empty());
    EXPECT_EQ(mistake({"--cap-add", "NET_RAW"}), "unknown cap: NET_RAW");
    EXPECT_EQ(mistake({"--cap-drop", "CAP_NONE"}), "unknown cap: CAP_NONE");
}

TEST(BwrapParse, BeginsWithTheCapabilitiesThatAreThere) {
    const auto left = [](const Words& words) {
        const std::set<std::string> present{"CAP_BPF", "CAP_KILL"};
        const Parsed parsed = parse(
            "bwrap", words, [](int) { return EBADF; }, present);
        return std::get<Command>(parsed.outcome).capabilities;
    };
    EXPECT_EQ(left({"x"}), (std::set<std::string>{"CAP_BPF", "CAP_KILL"}));
    EXPECT_EQ(left({"--cap-drop", "CAP_BPF", "x"}), (std::set<std::string>{"CAP_KILL"}));
    EXPECT_EQ(left({"--cap-drop", "ALL", "--cap-add", "CAP_CHOWN", "x"}), (std::set<std::string>{"CAP_CHOWN"}));
}

TEST(BwrapParse, RefusesNamesThatAreNoVariables) {
    EXPECT_EQ(mistake({"--setenv", "A=B", "x"}), "setenv failed");
    EXPECT_EQ(mistake({"--setenv", "", "x"}), "setenv failed");
    EXPECT_EQ(mistake({"--unsetenv", "A=B"}), "unsetenv failed");
    EXPECT_EQ(command({"--setenv", "A", "", "--clearenv", "--unsetenv", "B"}).environment.size(), 3U);
}

TEST(BwrapParse, RefusesLabelsAsWithoutSelinux) {
    EXPECT_EQ(mistake({"--exec-label", "x"}), "labeling not supported on this system");
    EXPECT_EQ(mistake({"--file-label", "x"}), "labeling not supported on this system");
}

TEST(BwrapParse, ReadsOptionsFromADescriptor) {
    using namespace std::string_literals;
    const Command read =
        command({"--dir", "/a", "--args", "9", "--dir", "/d", "cmd"}, "--dir\0/b\0--setenv\0A\0\0--dir\0/c"s);
    ASSERT_EQ(read.operations.size(), 4U);
    EXPECT_EQ(read.operations[1].target, "/b");
    EXPECT_EQ(read.operations[2].target, "/c");
    EXPECT_EQ(read.operations[3].target, "/d");
    EXPECT_EQ(std::get<SetVariable>(read.environment.at(0)).value, "");
    EXPECT_EQ(read.argv, Words{"cmd"});
}

TEST(BwrapParse, TakesNoCommandFromADescriptor) {
    using namespace std::string_literals;
    EXPECT_EQ(command({"--args", "9", "cmd"}, "--dir\0/b\0other\0--bind\0"s).argv, Words{"cmd"});
    EXPECT_EQ(command({"--args", "9", "cmd"}, "--\0--odd\0"s).argv, Words{"cmd"});
    EXPECT_EQ(command({"--args", "9", "cmd"}).argv, Words{"cmd"});
}

TEST(BwrapParse, RefusesBadArgumentFiles) {
    using namespace std::string_literals;
    EXPECT_EQ(mistake({"--args", "9"}, "--args\0009\0"s), "--args not supported in arguments file");
    EXPECT_EQ(mistake({"--args", "8"}), "Can't read --args data: Bad file descriptor");
    EXPECT_EQ(mistake({"--args", "9"}, "--perms\0007\0"s), "--perms must be followed by an option that creates a file");
    EXPECT_EQ(mistake({"--args", "9"}, "--bind\0/a\0"s), "--bind takes two arguments");
}

TEST(BwrapParse, TakesNineThousandArgumentsAndNotOneMore) {
    const std::string tooMany = "Exceeded maximum number of arguments 9000";
    EXPECT_EQ(command(Words(9000, "x")).argv.size(), 9000U);
    EXPECT_EQ(mistake(Words(9001, "x")), tooMany);
    EXPECT_EQ(mistake(Words(9001, "--help")), tooMany);
    std::string file;
    for (int i = 0; i < 8997; ++i) {
        file += std::string("--unshare-pid") + '\0';
    }
    EXPECT_EQ(command({"--args", "9", "cmd"}, file).argv, Words{"cmd"});
    EXPECT_EQ(mistake({"--args", "9", "cmd", "x"}, file), tooMany);
}

TEST(BwrapParse, GivesHelpAndVersionAtOnce) {
    for (const Words& words : {Words{"--help", "--no-such-option"}, Words{"--unshare-pid", "--version", "--bind"}}) {
        EXPECT_TRUE(std::holds_alternative<Information>(parseWith(words, "").outcome));
    }
    EXPECT_EQ(std::get<Information>(parseWith({"--version"}, "").outcome).text, "bubblewrap 0.11.1\n");
    EXPECT_TRUE(std::holds_alternative<NoCommand>(parseWith({}, "").outcome));
}

TEST(BwrapParse, HelpNamesEveryOption) {
    const std::string help = helpText("/usr/bin/x");
    EXPECT_TRUE(help.starts_with("usage: /usr/bin/x [OPTIONS...] [--] COMMAND [ARGS...]\n\n"));
    for (const auto table : allOptions()) {
        for (const OptionRow& row : table) {
            EXPECT_NE(help.find("    " + std::string(row.name) + " "), std::string::npos) << row.name;
        }
    }
}

} // namespace
} // namespace sandboxd::bwrap
