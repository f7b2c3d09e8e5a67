#include "parse.hpp"

#include <gtest/gtest.h>

namespace sandboxd::unshare {
namespace {

using Words = std::vector<std::string>;

Command parsed(const Words& words) {
    const CommandLine line = parse(words);
    const auto* command = std::get_if<Command>(&line);
    const auto* refusal = std::get_if<Refusal>(&line);
    EXPECT_NE(command, nullptr) << (refusal != nullptr ? refusal->message : "not a command");
    return command != nullptr ? *command : Command{};
}

Refusal refused(const Words& words) {
    const CommandLine line = parse(words);
    const auto* refusal = std::get_if<Refusal>(&line);
    EXPECT_NE(refusal, nullptr) << words.front() << " was taken";
    return refusal != nullptr ? *refusal : Refusal{};
}

TEST(UnshareParse, StopsAtTheProgram) {
    const Command command = parsed({"-Ur", "ls", "-m", "--", "--net"});
    EXPECT_TRUE(command.user);
    EXPECT_FALSE(command.mount);
    EXPECT_EQ(command.arguments, (Words{"ls", "-m", "--", "--net"}));
    EXPECT_EQ(parsed({"-U", "--", "-m"}).arguments, Words{"-m"});
    EXPECT_TRUE(parsed({"-U"}).arguments.empty());
}

TEST(UnshareParse, ReadsShortOptionsInOneWord) {
    const Command command = parsed({"-UmunipCTf"});
    EXPECT_TRUE(command.user && command.mount && command.uts && command.network && command.ipc && command.pid &&
                command.cgroup && command.time && command.fork);
}

TEST(UnshareParse, ReadsLongOptions) {
    const Command command = parsed({"--user", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--time",
                                    "--fork", "--root=/r", "--wd", "/w"});
    EXPECT_TRUE(command.user && command.mount && command.uts && command.network && command.ipc && command.pid &&
                command.cgroup && command.time && command.fork);
    EXPECT_EQ(command.root, "/r");
    EXPECT_EQ(command.workingDirectory, "/w");
}

TEST(UnshareParse, KnowsWhatOptionsImply) {
    EXPECT_TRUE(parsed({"-r"}).user);
    EXPECT_TRUE(parsed({"-c"}).user);
    EXPECT_TRUE(parsed({"--map-user=3"}).user);
    EXPECT_TRUE(parsed({"--map-group=3"}).user);
    EXPECT_FALSE(parsed({"--keep-caps"}).user);
    EXPECT_TRUE(parsed({"--mount-proc"}).mount);
    EXPECT_EQ(parsed({"--mount-proc"}).procMount, "/proc");
    EXPECT_EQ(parsed({"--mount-proc=/p"}).procMount, "/p");
    EXPECT_TRUE(parsed({"--kill-child"}).fork);
}

TEST(UnshareParse, MapsBothIdsOfRoot) {
    const Command command = parsed({"--map-root-user"});
    EXPECT_EQ(command.mapUser, "0");
    EXPECT_EQ(command.mapGroup, "0");
}

TEST(UnshareParse, TheLastMapWins) {
    EXPECT_EQ(parsed({"-r", "--map-user=5"}).mapUser, "5");
    EXPECT_EQ(parsed({"--map-user=5", "-r"}).mapUser, "0");
}

TEST(UnshareParse, ReadsRangesInTheirOrder) {
    const Command command = parsed({"--map-users=0:100000:10", "--map-users", "auto", "--map-groups=100000,0,10"});
    const std::vector<RangeRequest> users{engine::IdRange{0, 100000, 10}, FirstBlock{false}};
    const std::vector<RangeRequest> groups{engine::IdRange{0, 100000, 10}};
    EXPECT_TRUE(command.user);
    EXPECT_EQ(command.userRanges, users);
    EXPECT_EQ(command.groupRanges, groups);
}

TEST(UnshareParse, MapsBlocksOfBothKinds) {
    EXPECT_TRUE(parsed({"--map-auto"}).user);
    EXPECT_EQ(parsed({"--map-auto"}).userRanges, std::vector<RangeRequest>{FirstBlock{false}});
    EXPECT_EQ(parsed({"--map-auto"}).groupRanges, std::vector<RangeRequest>{FirstBlock{false}});
    EXPECT_EQ(parsed({"--map-subids"}).userRanges, std::vector<RangeRequest>{FirstBlock{true}});
    EXPECT_EQ(parsed({"--map-subids"}).groupRanges, std::vector<RangeRequest>{FirstBlock{true}});
}

TEST(UnshareParse, ReadsWhatSetgroupsShallBe) {
    EXPECT_EQ(parsed({"-U"}).setgroups, Setgroups::unsaid);
    EXPECT_EQ(parsed({"-U", "--setgroups=allow"}).setgroups, Setgroups::allow);
    EXPECT_EQ(parsed({"-U", "--setgroups", "deny"}).setgroups, Setgroups::deny);
    EXPECT_EQ(refused({"--setgroups=some"}).message, "unsupported --setgroups argument 'some'");
}

TEST(UnshareParse, AcceptsWhatHoldsInAnyCase) {
    EXPECT_TRUE(parsed({"-U", "--propagation", "private", "--setgroups=deny", "--kill-child=TERM"}).killChild);
}

TEST(UnshareParse, RefusesWhatItWouldHaveToDrop) {
    const std::pair<Words, const char*> cases[] = {
        {{"--propagation=slave"}, "--propagation=slave: mounts of a sandbox are private"},
        {{"--net=/run/n"}, "cannot keep a namespace in file '/run/n'"},
        {{"--map-users=all"}, "--map-users=all: a sandbox does not map all ids"},
        {{"--boottime=1"}, "cannot set clocks of a time namespace"},
        {{"--monotonic=1"}, "cannot set clocks of a time namespace"},
        {{"--load-interp=x"}, "cannot register formats of programs"},
        {{"--mount-binfmt"}, "cannot register formats of programs"},
    };
    for (const auto& [words, message] : cases) {
        EXPECT_EQ(refused(words).message, message);
        EXPECT_TRUE(refused(words).unsupported);
    }
}

TEST(UnshareParse, NamesWhatIsWrong) {
    EXPECT_EQ(refused({"--bogus"}).message, "invalid option -- '--bogus'");
    EXPECT_EQ(refused({"-Z"}).message, "invalid option -- 'Z'");
    EXPECT_EQ(refused({"-w"}).message, "option requires an argument -- 'w'");
    EXPECT_EQ(refused({"--root"}).message, "option requires an argument -- '--root'");
    EXPECT_EQ(refused({"--kill-child=NONE"}).message, "unknown signal: NONE");
    EXPECT_EQ(refused({"--map-groups=1:2"}).message, "invalid mapping '1:2'");
    EXPECT_FALSE(refused({"--bogus"}).unsupported);
}

TEST(UnshareParse, GivesHelpAndVersion) {
    EXPECT_NE(std::get<Information>(parse({"--help"})).text.find("sandbox-unshare [OPTION...]"), std::string::npos);
    EXPECT_EQ(std::get<Information>(parse({"-V"})).text.rfind("unshare from sandboxd ", 0), 0U);
}

} // namespace
} // namespace sandboxd::unshare
