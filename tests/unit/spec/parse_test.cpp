#include "spec/parse.hpp"

#include <gtest/gtest.h>

namespace sandboxd::spec {
namespace {

using namespace std::string_literals;

template <typename T> ErrorCode codeOf(const Result<T>& result) {
    EXPECT_FALSE(result.ok());
    return result.error().code;
}

TEST(ParseBytes, OneFinalNulIsStripped) {
    EXPECT_EQ(parseBytes("env", "a\0"s).value(), "a");
}

TEST(ParseBytes, TextWithoutNulIsKept) {
    EXPECT_EQ(parseBytes("env", "a\n"s).value(), "a\n");
}

TEST(ParseBytes, AnyOtherNulIsRefusedNamingTheKey) {
    for (const std::string& bytes : {"a\0b"s, "a\0\0"s, "\0a"s}) {
        const auto parsed = parseBytes("env", bytes);
        EXPECT_EQ(codeOf(parsed), ErrorCode::invalidOption);
        EXPECT_TRUE(parsed.error().message.starts_with("env: "));
    }
}

TEST(ParseArguments, ArgumentsKeepTheirOrderAndMayBeEmptyAfterTheFirst) {
    const std::vector<std::string> expected{"sh", "", "-c"};
    EXPECT_EQ(parseArguments({"sh\0"s, "", "-c"}).value(), expected);
}

TEST(ParseArguments, WithoutACommandTheArgumentsAreInvalid) {
    const std::vector<std::vector<std::string>> lists{{}, {""}, {"\0"s}, {"a\0b"s}};
    for (const auto& list : lists) {
        const auto parsed = parseArguments(list);
        EXPECT_EQ(codeOf(parsed), ErrorCode::invalidArgs);
        EXPECT_TRUE(parsed.error().message.starts_with("argv: "));
    }
}

TEST(ParseEnvironment, EntriesMayHaveEmptyValuesAndMoreEqualSigns) {
    const std::vector<std::string> entries{"A=", "B=x=y", "C= "};
    EXPECT_EQ(parseEnvironment(entries).value(), entries);
}

TEST(ParseEnvironment, EntriesWithoutNameOrEqualSignAreRefused) {
    for (const std::string& entry : {""s, "A"s, "=x"s, "A=x\0y"s}) {
        EXPECT_EQ(codeOf(parseEnvironment({entry})), ErrorCode::invalidOption);
    }
}

TEST(ParseEnvironment, ANameMayBeGivenOnce) {
    const auto parsed = parseEnvironment({"A=1", "B=1", "A=2"});
    EXPECT_EQ(codeOf(parsed), ErrorCode::invalidOption);
    EXPECT_EQ(parsed.error().message, "env: \"A\" is given twice");
}

TEST(ParseIdentity, KnowsThree) {
    EXPECT_EQ(parseIdentity("mapped").value(), Identity::mapped);
    EXPECT_EQ(parseIdentity("host").value(), Identity::host);
    EXPECT_EQ(parseIdentity("namespace-root").value(), Identity::namespaceRoot);
    for (const char* other : {"", "Mapped", "root", "namespaceRoot"}) {
        EXPECT_EQ(codeOf(parseIdentity(other)), ErrorCode::invalidOption) << other;
    }
}

TEST(ParseSeccomp, KnowsFourFilters) {
    EXPECT_EQ(parseSeccomp("default").value(), Seccomp::standard);
    EXPECT_EQ(parseSeccomp("strict").value(), Seccomp::strict);
    EXPECT_EQ(parseSeccomp("minimal").value(), Seccomp::minimal);
    EXPECT_EQ(parseSeccomp("off").value(), Seccomp::off);
    EXPECT_EQ(codeOf(parseSeccomp("none")), ErrorCode::invalidOption);
}

TEST(ParseNetwork, PastaAndJoinAreNotBuilt) {
    EXPECT_EQ(parseNetwork("none").value(), Network::none);
    EXPECT_EQ(parseNetwork("loopback").value(), Network::loopback);
    EXPECT_EQ(parseNetwork("host").value(), Network::host);
    EXPECT_EQ(codeOf(parseNetwork("pasta")), ErrorCode::notSupported);
    EXPECT_EQ(codeOf(parseNetwork("join")), ErrorCode::notSupported);
    EXPECT_EQ(codeOf(parseNetwork("")), ErrorCode::invalidOption);
}

TEST(ParseLifetime, DetachedIsNotBuilt) {
    EXPECT_EQ(parseLifetime("call").value(), Lifetime::call);
    EXPECT_EQ(parseLifetime("fd").value(), Lifetime::fd);
    EXPECT_EQ(codeOf(parseLifetime("detached")), ErrorCode::notSupported);
    EXPECT_EQ(codeOf(parseLifetime("forever")), ErrorCode::invalidOption);
}

TEST(ParseId, IsAnyNumberButTheOneThatIsNone) {
    EXPECT_EQ(parseId("uid", 0).value(), 0U);
    EXPECT_EQ(parseId("uid", UINT32_MAX - 1).value(), UINT32_MAX - 1);
    EXPECT_EQ(codeOf(parseId("uid", UINT32_MAX)), ErrorCode::invalidOption);
}

TEST(ParseIdMap, OneLineOfOneIdIsTaken) {
    EXPECT_EQ(parseIdMap("uid-map", {{0, 1000, 1}}).value(), (MappedId{0, 1000}));
}

TEST(ParseIdMap, S09_SeveralLinesAndRangesAreNotBuilt) {
    EXPECT_EQ(codeOf(parseIdMap("uid-map", {{0, 1000, 2}})), ErrorCode::notSupported);
    EXPECT_EQ(codeOf(parseIdMap("uid-map", {{0, 1000, 1}, {1, 100000, 65536}})), ErrorCode::notSupported);
}

TEST(ParseIdMap, LinesThatMapNothingAreInvalid) {
    for (const std::vector<IdMapLine>& lines :
         {std::vector<IdMapLine>{}, {{0, 1000, 0}}, {{UINT32_MAX, 1000, 1}}, {{0, UINT32_MAX, 1}}}) {
        const auto parsed = parseIdMap("gid-map", lines);
        EXPECT_EQ(codeOf(parsed), ErrorCode::invalidOption);
        EXPECT_TRUE(parsed.error().message.starts_with("gid-map: "));
    }
}

TEST(ParseNamespaces, OnlyWhatIsListedIsUnshared) {
    const auto parsed = parseNamespaces({"uts", "mount", "pid"});
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed.value(), (Namespaces{.pid = true, .ipc = false, .uts = true, .cgroup = false}));
    EXPECT_EQ(parseNamespaces({"mount", "time"}).value(), (Namespaces{false, false, false, false, true}));
}

TEST(ParseNamespaces, MountMustBeListed) {
    EXPECT_EQ(codeOf(parseNamespaces({"pid"})), ErrorCode::invalidOption);
    EXPECT_EQ(codeOf(parseNamespaces({})), ErrorCode::invalidOption);
}

TEST(ParseNamespaces, StrangersAndDuplicatesAreInvalid) {
    EXPECT_EQ(codeOf(parseNamespaces({"mount", "net"})), ErrorCode::invalidOption);
    EXPECT_EQ(codeOf(parseNamespaces({"mount", "mount"})), ErrorCode::invalidOption);
}

TEST(ParseMode, PermissionsAndStickyAreAllowedSetIdIsNot) {
    EXPECT_EQ(parseMode("mode", 01777).value(), 01777U);
    EXPECT_EQ(parseMode("mode", 0).value(), 0U);
    EXPECT_EQ(codeOf(parseMode("mode", 04755)), ErrorCode::invalidOption);
    EXPECT_EQ(codeOf(parseMode("mode", 0100644)), ErrorCode::invalidOption);
}

TEST(ParseLinkText, MayLeadAnywhereButIsNeverEmpty) {
    EXPECT_EQ(parseLinkText("source", "../usr/lib\0"s).value(), "../usr/lib");
    EXPECT_EQ(codeOf(parseLinkText("source", "")), ErrorCode::invalidOption);
    EXPECT_EQ(codeOf(parseLinkText("source", "\0"s)), ErrorCode::invalidOption);
    EXPECT_EQ(codeOf(parseLinkText("source", std::string(4096, 'x'))), ErrorCode::invalidOption);
}

} // namespace
} // namespace sandboxd::spec
