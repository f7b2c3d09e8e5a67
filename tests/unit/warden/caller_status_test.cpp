// The caller's status and stat files as numbers, and what of them is not understood.
#include "warden/caller_status.hpp"

#include "proc_directory.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <set>
#include <string>

namespace sandboxd::warden {
namespace {

using Fields = std::map<std::string, std::string>;

const Fields ordinary{{"Umask", "0022"},
                      {"Uid", "1000\t1000\t1000\t1000"},
                      {"Gid", "100\t100\t100\t100"},
                      {"Groups", "27 100 "},
                      {"NoNewPrivs", "0"},
                      {"Seccomp", "0"},
                      {"SigBlk", "0000000000000000"},
                      {"SigIgn", "0000000000000000"},
                      {"CapInh", "0000000000"},
                      {"CapPrm", "0000000000"},
                      {"CapEff", "0000000000"},
                      {"CapBnd", "000001ffff"},
                      {"CapAmb", "0000000000"}};

std::string fileOf(const Fields& fields) {
    std::string file = "Name:\tUid:\t0\n"; // a name may look like a field
    for (const auto& [key, value] : fields) {
        file += key + ":\t" + value + "\n";
    }
    return file;
}

// The ordinary fields but for one; "" leaves it out.
Fields with(const std::string& key, const std::string& value) {
    Fields fields = ordinary;
    value.empty() ? void(fields.erase(key)) : void(fields[key] = value);
    return fields;
}

CallerStatus statusOf(const Fields& fields) {
    ProcDirectory directory;
    directory.write("status", fileOf(fields));
    CallerStatus status{};
    EXPECT_TRUE(readStatus(directory.fd(), status));
    return status;
}

bool isUnderstood(const Fields& fields) {
    ProcDirectory directory;
    directory.write("status", fileOf(fields));
    CallerStatus status{};
    ProbeRecord record{};
    return readStatus(directory.fd(), status) && takeStatus(status, record);
}

TEST(CallerStatus, HasAllFourIds) {
    const CallerStatus status = statusOf(with("Uid", "1\t2\t3\t4294967295"));
    EXPECT_EQ(status.uids[0], 1U);
    EXPECT_EQ(status.uids[1], 2U);
    EXPECT_EQ(status.uids[2], 3U);
    EXPECT_EQ(status.uids[3], 4294967295U);
    EXPECT_TRUE(areAll(status.gids, 100));
    EXPECT_FALSE(areAll(status.gids, 101));
    for (unsigned odd = 0; odd < 4; ++odd) {
        std::uint32_t ids[4] = {1, 1, 1, 1};
        ids[odd] = 0;
        EXPECT_FALSE(areAll(ids, 1)) << odd;
    }
}

TEST(CallerStatus, GivesGroupsUmaskAndModes) {
    Fields fields = with("NoNewPrivs", "1");
    fields["Seccomp"] = "2";
    fields["Umask"] = "0777";
    fields["SigBlk"] = "8000000000000001";
    fields["SigIgn"] = "00000000000abcde";
    ProbeRecord record{};
    ASSERT_TRUE(takeStatus(statusOf(fields), record));
    EXPECT_EQ(record.gid, 100U);
    ASSERT_EQ(record.groupCount, 2U);
    EXPECT_EQ(record.groups[0], 27U);
    EXPECT_EQ(record.groups[1], 100U);
    EXPECT_EQ(record.umask, 0777U);
    EXPECT_EQ(record.context.blockedSignals, 0x8000000000000001U);
    EXPECT_EQ(record.context.ignoredSignals, 0xabcdeU);
    EXPECT_EQ(record.seccompMode, 2U);
    EXPECT_EQ(record.confinement, wire::confinedByNoNewPrivileges | wire::confinedBySeccomp);
}

TEST(CallerStatus, WithoutConfinementHasNone) {
    ProbeRecord record{};
    ASSERT_TRUE(takeStatus(statusOf(ordinary), record));
    EXPECT_EQ(record.confinement, 0U);
}

TEST(CallerStatus, WithAMissingOrOddFieldIsNotUnderstood) {
    for (const char* key : {"Uid", "Gid", "Groups", "Umask", "NoNewPrivs", "Seccomp", "SigBlk", "SigIgn"}) {
        EXPECT_FALSE(isUnderstood(with(key, ""))) << key;
        EXPECT_FALSE(isUnderstood(with(key, "x"))) << key;
    }
    EXPECT_FALSE(isUnderstood(with("Uid", "1\t1\t1")));
    EXPECT_FALSE(isUnderstood(with("Uid", "1\t1\t1\t-1")));
    EXPECT_FALSE(isUnderstood(with("Uid", "1\t1\t1\t4294967296")));
    EXPECT_FALSE(isUnderstood(with("Groups", "1 x")));
    EXPECT_FALSE(isUnderstood(with("Umask", "1000")));
    EXPECT_FALSE(isUnderstood(with("Umask", "0028")));
    EXPECT_TRUE(isUnderstood(ordinary));
}

TEST(CallerStatus, TakesAsManyGroupsAsItHasRoomFor) {
    std::string groups;
    for (unsigned group = 0; group < wire::maxGroups; ++group) {
        groups += std::to_string(group) + " ";
    }
    EXPECT_TRUE(isUnderstood(with("Groups", groups)));
    EXPECT_FALSE(isUnderstood(with("Groups", groups + "1 ")));
    EXPECT_TRUE(isUnderstood(with("Groups", " "))) << "in no group";
}

TEST(CallerStatus, WithAnotherCredentialIsAnother) {
    const std::set<std::string> noCredentials{"Umask", "SigBlk", "SigIgn"};
    const CallerStatus before = statusOf(ordinary);
    EXPECT_TRUE(isSameCredentials(before, before));
    for (const auto& [key, value] : ordinary) {
        const std::string other = key == "Uid" || key == "Gid" ? "1\t1\t1\t1" : "1" + value;
        EXPECT_EQ(isSameCredentials(before, statusOf(with(key, other))), noCredentials.contains(key)) << key;
        if (key != "Uid" && key != "Gid") {
            EXPECT_EQ(isSameCredentials(before, statusOf(with(key, ""))), noCredentials.contains(key))
                << "without " << key;
        }
    }
}

// "PID (name) S" and the fields up to the start time, all numbered by their place.
std::string statWith(const std::string& name) {
    std::string stat = "1 (" + name + ") S";
    for (int field = 4; field <= 22; ++field) {
        stat += " " + std::string(field == 19 ? "-" : "") + std::to_string(field);
    }
    return stat + " 23\n";
}

TEST(CallerStat, GivesNiceAndStartTimeWhateverTheName) {
    for (const char* name : {"sh", "a b", ") S 1 2 3", "((", ""}) {
        ProcDirectory directory;
        directory.write("stat", statWith(name));
        ProbeRecord record{};
        ASSERT_TRUE(takeStat(directory.fd(), record)) << name;
        EXPECT_EQ(record.nice, -19) << name;
        EXPECT_EQ(record.startTimeTicks, 22U) << name;
    }
}

TEST(CallerStat, ThatIsShortOrOddIsNotUnderstood) {
    for (const char* stat : {"", "1", "1 (sh)", "1 (sh) S", "1 (sh) S 4 5 6", "1 (sh) S 4 5 x 7 8"}) {
        ProcDirectory directory;
        directory.write("stat", stat);
        ProbeRecord record{};
        EXPECT_FALSE(takeStat(directory.fd(), record)) << stat;
        EXPECT_EQ(errno, EPROTO) << stat;
    }
}

} // namespace
} // namespace sandboxd::warden
