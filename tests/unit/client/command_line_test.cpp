#include "command_line.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace sandboxd::ctl {
namespace {

using Words = std::vector<std::string>;

template <typename Verb> Verb parsed(const Words& words) {
    const CommandLine line = parseCommandLine(words);
    const auto* request = std::get_if<Request>(&line);
    const Verb* verb = request != nullptr ? std::get_if<Verb>(request) : nullptr;
    EXPECT_NE(verb, nullptr);
    return verb != nullptr ? *verb : Verb{};
}

std::string problem(const Words& words) {
    const CommandLine line = parseCommandLine(words);
    const auto* error = std::get_if<UsageError>(&line);
    return error != nullptr ? error->message : "";
}

TEST(CommandLine, TakesEverythingFromTheCommandOnAsItIs) {
    EXPECT_EQ(parsed<RunRequest>({"run", "ls", "-l", "--bind", "--", "x"}).command,
              (Words{"ls", "-l", "--bind", "--", "x"}));
    EXPECT_EQ(parsed<RunRequest>({"run", "--keep-env", "--", "--odd", "--"}).command, (Words{"--odd", "--"}));
}

TEST(CommandLine, KeepsMountsInTheirOrder) {
    const RunRequest request =
        parsed<RunRequest>({"run", "--tmpfs", "/t", "--bind",    "/a", "/b", "--tmpfs", "/u", "--ro-bind", "/c",
                            "/d",  "--dir",   "/e", "--symlink", "x",  "/f", "--bind",  "/g", "/h",        "true"});
    const std::vector<client::MountOperation> expected{
        client::Tmpfs{"/t"},     client::Bind{"/a", "/b"},   client::Tmpfs{"/u"},     client::Bind{"/c", "/d", true},
        client::Directory{"/e"}, client::Symlink{"x", "/f"}, client::Bind{"/g", "/h"}};
    EXPECT_EQ(request.mounts, expected);
    EXPECT_EQ(request.command, Words{"true"});
}

TEST(CommandLine, KeepsChangesOfTheEnvironmentInTheirOrder) {
    const RunRequest request = parsed<RunRequest>(
        {"run", "--setenv", "A", "--odd", "--clearenv", "--unsetenv", "B", "--setenv", "C", "", "true"});
    EXPECT_EQ(buildEnvironment({"B=1"}, false, request.environment), Words{"C="});
    ASSERT_EQ(request.environment.size(), 4U);
    EXPECT_EQ(std::get<SetVariable>(request.environment[0]).value, "--odd");
}

TEST(CommandLine, OfRunHasSafeDefaults) {
    const RunRequest request = parsed<RunRequest>({"run", "true"});
    EXPECT_EQ(request.network, client::Network::loopback);
    EXPECT_FALSE(request.keepEnvironment);
    EXPECT_FALSE(request.mapRoot);
    EXPECT_EQ(request.seccomp, client::Seccomp::standard);
    EXPECT_FALSE(request.workingDirectory.has_value());
    EXPECT_FALSE(request.hostname.has_value());
}

TEST(CommandLine, ReadsSingleOptionsInBothForms) {
    const RunRequest request = parsed<RunRequest>({"run", "--network=none", "--chdir", "/w", "--hostname=inside",
                                                   "--keep-env", "--map-root", "--seccomp=off", "true"});
    EXPECT_EQ(request.network, client::Network::none);
    EXPECT_EQ(request.workingDirectory, "/w");
    EXPECT_EQ(request.hostname, "inside");
    EXPECT_TRUE(request.keepEnvironment);
    EXPECT_TRUE(request.mapRoot);
    EXPECT_EQ(request.seccomp, client::Seccomp::off);
}

TEST(CommandLine, ReadsIdentityAndCapabilities) {
    const RunRequest usual = parsed<RunRequest>({"run", "true"});
    EXPECT_EQ(usual.identity, client::Identity::mapped);
    EXPECT_TRUE(usual.capabilities.empty());
    EXPECT_TRUE(usual.init);
    EXPECT_FALSE(usual.nestedUserNamespaces);
    EXPECT_EQ(parsed<RunRequest>({"run", "--identity=host", "true"}).identity, client::Identity::host);
    const RunRequest request =
        parsed<RunRequest>({"run", "--cap", "net_raw", "--cap=CAP_CHOWN", "--no-init", "--nested-userns", "true"});
    EXPECT_EQ(request.identity, client::Identity::namespaceRoot);
    EXPECT_EQ(request.capabilities, (Words{"CAP_NET_RAW", "CAP_CHOWN"}));
    EXPECT_FALSE(request.init);
    EXPECT_TRUE(request.nestedUserNamespaces);
}

TEST(CommandLine, SharesTheNamespacesThatAreNamed) {
    EXPECT_TRUE(parsed<RunRequest>({"run", "true"}).shared.empty());
    const RunRequest request = parsed<RunRequest>({"run", "--share", "pid", "--share=uts", "ls", "ipc"});
    EXPECT_EQ(request.shared, (std::vector{client::Namespace::pid, client::Namespace::uts}));
    EXPECT_EQ(request.command, (Words{"ls", "ipc"}));
}

TEST(CommandLine, NamesWhatIsWrong) {
    EXPECT_NE(problem({"run", "--share", "mount", "true"}).find("mount"), std::string::npos);
    EXPECT_NE(problem({"run", "--no-such-option", "--", "true"}).find("--no-such-option"), std::string::npos);
    EXPECT_NE(problem({"run", "--bind", "/only-one"}).find("--bind"), std::string::npos);
    EXPECT_NE(problem({"run", "--network", "wireless", "true"}).find("wireless"), std::string::npos);
    EXPECT_NE(problem({"run", "--seccomp", "none", "true"}).find("none"), std::string::npos);
    EXPECT_NE(problem({"run", "--identity", "root", "true"}).find("root"), std::string::npos);
    EXPECT_NE(problem({"run", "--identity", "host", "--cap", "chown", "true"}).find("host"), std::string::npos);
    EXPECT_NE(problem({"run", "--setenv", "A=B", "x", "true"}).find("A=B"), std::string::npos);
    EXPECT_NE(problem({"kill", "--signal", "NONE", "x"}).find("NONE"), std::string::npos);
}

TEST(CommandLine, NeedsAVerbACommandAndIds) {
    for (const Words& words :
         {Words{}, Words{"run"}, Words{"run", "--"}, Words{"kill"}, Words{"show"}, Words{"wait"}, Words{"frob"}}) {
        EXPECT_NE(problem(words), "");
    }
}

TEST(CommandLine, OfKillTakesSeveralIdsAndASignal) {
    const KillRequest request = parsed<KillRequest>({"kill", "--signal", "usr1", "a", "b"});
    EXPECT_EQ(request.ids, (Words{"a", "b"}));
    EXPECT_EQ(request.signal, SIGUSR1);
    EXPECT_EQ(parsed<KillRequest>({"kill", "a"}).signal, SIGTERM);
}

TEST(CommandLine, OfKillTakesAllOrAUserInsteadOfIds) {
    EXPECT_EQ(parsed<KillRequest>({"kill", "--all"}).user, std::nullopt);
    EXPECT_TRUE(parsed<KillRequest>({"kill", "--all"}).ids.empty());
    EXPECT_EQ(parsed<KillRequest>({"kill", "--user", "ann"}).user, "ann");
    EXPECT_EQ(parsed<KillRequest>({"kill", "--all", "--user=1000", "-s", "9"}).user, "1000");
}

TEST(CommandLine, OfKillTakesNotBothIdsAndAll) {
    for (const Words& words : {Words{"kill", "--all", "a"}, Words{"kill", "a", "--user", "ann"},
                               Words{"kill", "--all", "--user", "ann", "a"}}) {
        EXPECT_NE(problem(words).find("either"), std::string::npos);
    }
    EXPECT_NE(problem({"kill"}).find("--all"), std::string::npos);
}

TEST(CommandLine, OfTheOtherVerbsIsRead) {
    EXPECT_TRUE(parsed<DoctorRequest>({"doctor", "--json"}).json);
    EXPECT_FALSE(parsed<DoctorRequest>({"doctor"}).json);
    EXPECT_TRUE(parsed<ListRequest>({"list", "--all"}).all);
    EXPECT_FALSE(parsed<ListRequest>({"list"}).all);
    EXPECT_EQ(parsed<ShowRequest>({"show", "a"}).id, "a");
    EXPECT_EQ(parsed<WaitRequest>({"wait", "a"}).id, "a");
}

TEST(CommandLine, AsAnotherUserIsTheSameWithoutAs) {
    for (const Words& words : {Words{"--as", "ann", "run", "--setenv", "X", "--as", "id", "--as", "x"},
                               Words{"run", "--as=ann", "--setenv", "X", "--as", "id", "--as", "x"},
                               Words{"run", "--setenv", "X", "--as", "--as", "ann", "--", "id", "--as", "x"}}) {
        const CommandLine line = parseCommandLine(words);
        const auto* request = std::get_if<AsRequest>(&line);
        ASSERT_NE(request, nullptr);
        EXPECT_EQ(request->user, "ann");
        EXPECT_EQ(request->arguments, (Words{"run", "--setenv", "X", "--as", "--", "id", "--as", "x"}));
    }
}

TEST(CommandLine, AsAnotherUserIsForAllVerbs) {
    const CommandLine line = parseCommandLine({"kill", "a", "--as", "ann", "-s", "9", "b"});
    const auto* request = std::get_if<AsRequest>(&line);
    ASSERT_NE(request, nullptr);
    EXPECT_EQ(request->arguments, (Words{"kill", "a", "-s", "9", "b"}));
}

TEST(CommandLine, GivesHelpAndVersion) {
    for (const Words& words : {Words{"--help"}, Words{"run", "--help"}, Words{"--version"}}) {
        const CommandLine line = parseCommandLine(words);
        ASSERT_TRUE(std::holds_alternative<Information>(line));
        EXPECT_NE(std::get<Information>(line).text.find("sandbox"), std::string::npos);
    }
}

} // namespace
} // namespace sandboxd::ctl
