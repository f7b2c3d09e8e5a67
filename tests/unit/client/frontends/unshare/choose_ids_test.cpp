#include "choose_ids.hpp"

#include "parse.hpp"

#include <gtest/gtest.h>

#include <map>

namespace sandboxd::unshare {
namespace {

using engine::IdRange;
using Ranges = std::vector<IdRange>;
using Words = std::vector<std::string>;

std::string readFile(const std::string& path) {
    const std::map<std::string, std::string> files{{"/etc/subuid", "me:100000:65536\n"},
                                                   {"/etc/subgid", "1000:200000:10\n"}};
    const auto file = files.find(path);
    return file == files.end() ? "" : file->second;
}

std::optional<std::uint32_t> noId(const std::string&) {
    return std::nullopt;
}

const Surroundings here{1000, 1001, "/", "/bin/sh", {}, noId, noId, "me", readFile};

std::variant<ChosenIds, Refusal> choose(const Words& words, const Surroundings& surroundings = here) {
    return chooseIds(std::get<Command>(parse(words)), surroundings);
}

ChosenIds chosen(const Words& words, const Surroundings& surroundings = here) {
    const auto result = choose(words, surroundings);
    const auto* refusal = std::get_if<Refusal>(&result);
    EXPECT_EQ(refusal, nullptr) << (refusal != nullptr ? refusal->message : "");
    return refusal == nullptr ? std::get<ChosenIds>(result) : ChosenIds{};
}

std::string refused(const Words& words, const Surroundings& surroundings = here) {
    const auto result = choose(words, surroundings);
    const auto* refusal = std::get_if<Refusal>(&result);
    return refusal != nullptr ? refusal->message : "taken";
}

TEST(UnshareChooseIds, WithoutRangesThereIsOneLineForTheCaller) {
    const ChosenIds ids = chosen({"-r"});
    EXPECT_EQ(ids.uid, 0U);
    EXPECT_FALSE(ids.maps.haveRanges());
    EXPECT_FALSE(ids.maps.users.keepsOwn || ids.maps.groups.keepsOwn);
    EXPECT_TRUE(ids.maps.denySetgroups);
}

TEST(UnshareChooseIds, TheFirstBlocksBeginAtZeroInside) {
    const ChosenIds ids = chosen({"--map-auto"});
    EXPECT_EQ(ids.maps.users.ranges, (Ranges{{0, 100000, 65536}}));
    EXPECT_EQ(ids.maps.groups.ranges, (Ranges{{0, 200000, 10}}));
}

TEST(UnshareChooseIds, TheFirstBlocksMayKeepTheirNumbers) {
    const ChosenIds ids = chosen({"--map-subids"});
    EXPECT_EQ(ids.maps.users.ranges, (Ranges{{100000, 100000, 65536}}));
    EXPECT_EQ(ids.maps.groups.ranges, (Ranges{{200000, 200000, 10}}));
}

TEST(UnshareChooseIds, AnIdThatNothingMapsIsKept) {
    const ChosenIds ids = chosen({"--map-auto"});
    EXPECT_EQ(ids.uid, 65534U);
    EXPECT_EQ(ids.gid, 65534U);
    EXPECT_TRUE(ids.maps.users.keepsOwn && ids.maps.groups.keepsOwn);
}

TEST(UnshareChooseIds, TheCallersIdIsCarvedOutOfTheBlocks) {
    const ChosenIds ids = chosen({"--map-auto", "-r"});
    EXPECT_EQ(ids.uid, 0U);
    EXPECT_EQ(ids.gid, 0U);
    EXPECT_EQ(ids.maps.users.ranges, (Ranges{{0, 1000, 1}, {1, 100000, 65535}}));
    EXPECT_EQ(ids.maps.groups.ranges, (Ranges{{0, 1001, 1}, {1, 200000, 9}}));
    EXPECT_FALSE(ids.maps.users.keepsOwn || ids.maps.groups.keepsOwn);
    EXPECT_EQ(chosen({"--map-auto", "-c"}).uid, 1000U);
}

TEST(UnshareChooseIds, ARangeMayMapTheCallerItself) {
    const ChosenIds ids = chosen({"--map-users=5:995:10"});
    EXPECT_EQ(ids.uid, 10U);
    EXPECT_FALSE(ids.maps.users.keepsOwn);
}

TEST(UnshareChooseIds, OneKindMayHaveRangesAlone) {
    const ChosenIds ids = chosen({"--map-users=auto", "--map-group=7"});
    EXPECT_EQ(ids.gid, 7U);
    EXPECT_TRUE(ids.maps.groups.ranges.empty());
    EXPECT_FALSE(ids.maps.groups.keepsOwn);
    EXPECT_TRUE(ids.maps.denySetgroups);
}

TEST(UnshareChooseIds, SetgroupsStaysAllowedWithRangesOfGroups) {
    EXPECT_FALSE(chosen({"--map-auto"}).maps.denySetgroups);
    EXPECT_FALSE(chosen({"--map-auto", "--setgroups=allow"}).maps.denySetgroups);
    EXPECT_TRUE(chosen({"--map-auto", "--setgroups=deny"}).maps.denySetgroups);
    EXPECT_EQ(refused({"-r", "--setgroups=allow"}),
              "--setgroups=allow: groups of a sandbox are fixed without a range of them");
}

TEST(UnshareChooseIds, AnyMappedIdMayBeSet) {
    const ChosenIds ids = chosen({"--map-auto", "-r", "-S", "7", "-G", "8"});
    EXPECT_EQ(ids.uid, 7U);
    EXPECT_EQ(ids.gid, 8U);
    EXPECT_TRUE(ids.maps.dropGroups);
    EXPECT_FALSE(chosen({"--map-auto", "-S", "0"}).maps.users.keepsOwn);
    EXPECT_FALSE(chosen({"--map-auto", "-S", "0"}).maps.dropGroups);
    EXPECT_FALSE(chosen({"--map-auto", "-G", "0", "--setgroups=deny"}).maps.dropGroups);
    EXPECT_EQ(refused({"--map-auto", "-G", "10"}), "cannot become group 10: it is not mapped");
    EXPECT_EQ(refused({"--map-auto", "-S", "x"}), "cannot become user x: it is not mapped");
}

TEST(UnshareChooseIds, WhoHasNoBlockIsTold) {
    Surroundings stranger = here;
    stranger.uid = 1002;
    stranger.userName = "stranger";
    EXPECT_EQ(refused({"--map-auto"}, stranger), "no line matching user \"stranger\" in /etc/subuid");
    EXPECT_EQ(refused({"--map-groups=auto"}, stranger), "no line matching user \"stranger\" in /etc/subgid");
    stranger.userName.clear();
    EXPECT_EQ(refused({"--map-auto"}, stranger), "no line matching user \"1002\" in /etc/subuid");
}

TEST(UnshareChooseIds, RangesThatOverlapAreRefused) {
    EXPECT_EQ(refused({"--map-users=0:1:5", "--map-users=4:10:5"}), "mappings overlap: 0:1:5 and 4:10:5");
    EXPECT_EQ(refused({"--map-users=auto", "--map-users=auto"}), "mappings overlap: 0:100000:65536 and 0:100000:65536");
}

TEST(UnshareChooseIds, TheDaemonMapsNoRanges) {
    Surroundings broker = here;
    broker.isBroker = true;
    for (const char* option : {"--map-auto", "--map-subids", "--map-users=0:1:2", "--map-groups=0:1:2"}) {
        EXPECT_EQ(refused({option}, broker), engine::onlyOneId);
    }
    EXPECT_EQ(chosen({"-r"}, broker).uid, 0U);
}

} // namespace
} // namespace sandboxd::unshare
