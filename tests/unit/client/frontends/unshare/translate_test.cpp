#include "translate.hpp"

#include "parse.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sandboxd::unshare {
namespace {

using client::Identity;
using client::Namespace;
using Words = std::vector<std::string>;

std::optional<std::uint32_t> findId(const std::string& name) {
    return name == "daemon" ? std::optional<std::uint32_t>(1) : std::nullopt;
}

const Surroundings here{1000, 1001, "/home/u", "/bin/zsh", {"A=b"}, findId, findId};

Translation translated(const Words& words) {
    return translate(std::get<Command>(parse(words)), here);
}

client::SpecFields spec(const Words& words) {
    const Translation result = translated(words);
    const auto* refusal = std::get_if<Refusal>(&result);
    EXPECT_EQ(refusal, nullptr) << refusal->message;
    return refusal == nullptr ? std::get<Sandbox>(result).spec.fields() : client::SpecFields{};
}

std::string refusal(const Words& words) {
    const Translation result = translated(words);
    const auto* refused = std::get_if<Refusal>(&result);
    return refused != nullptr ? refused->message : "";
}

TEST(UnshareTranslate, LeavesTheCallersWholeViewInPlace) {
    const client::SpecFields fields = spec({"-Ur", "id"});
    ASSERT_EQ(fields.mounts.size(), 1U);
    client::Bind everything{"/", "/"};
    everything.devices = true;
    EXPECT_EQ(std::get<client::Bind>(fields.mounts.front()), everything);
    EXPECT_EQ(fields.environment, here.environment);
    EXPECT_EQ(fields.workingDirectory, "/home/u");
    EXPECT_EQ(fields.network, client::Network::host);
    EXPECT_EQ(fields.namespaces, std::vector<Namespace>{Namespace::mount});
    EXPECT_EQ(fields.argv, Words{"id"});
    EXPECT_EQ(fields.description, "id");
}

TEST(UnshareTranslate, RunsTheShellIfNothingElseIsNamed) {
    EXPECT_EQ(spec({"-r"}).argv, Words{"/bin/zsh"});
}

TEST(UnshareTranslate, AsksForCapabilitiesForRootOnly) {
    EXPECT_EQ(spec({"-r", "id"}).identity, Identity::namespaceRoot);
    EXPECT_EQ(spec({"-r", "id"}).uid, 0U);
    EXPECT_EQ(spec({"-r", "id"}).gid, 0U);
    EXPECT_EQ(spec({"-c", "id"}).identity, Identity::mapped);
    EXPECT_EQ(spec({"-c", "id"}).uid, 1000U);
    EXPECT_EQ(spec({"-c", "id"}).gid, 1001U);
    EXPECT_EQ(spec({"-U", "id"}).identity, Identity::mapped);
    EXPECT_EQ(spec({"-U", "id"}).uid, 65534U);
    EXPECT_EQ(spec({"-c", "--keep-caps", "id"}).identity, Identity::namespaceRoot);
}

TEST(UnshareTranslate, FindsIdsByNumberAndName) {
    EXPECT_EQ(spec({"--map-user=daemon", "--map-group=7", "id"}).uid, 1U);
    EXPECT_EQ(spec({"--map-user=daemon", "--map-group=7", "id"}).gid, 7U);
    EXPECT_EQ(refusal({"--map-user=nosuch", "id"}), "unknown user: nosuch");
    EXPECT_EQ(refusal({"--map-group=4294967295", "id"}), "unknown group: 4294967295");
}

TEST(UnshareTranslate, RefusesIdsThatAreNotMapped) {
    EXPECT_EQ(spec({"-r", "-S", "0", "-G", "0", "id"}).uid, 0U);
    EXPECT_EQ(refusal({"-r", "-S", "5", "id"}), "cannot become user 5: it is not mapped");
    EXPECT_EQ(refusal({"-r", "-G", "5", "id"}), "cannot become group 5: it is not mapped");
}

TEST(UnshareTranslate, AsksForCapabilitiesForRootOfARange) {
    Surroundings root = here;
    root.uid = 0;
    root.gid = 0;
    const Translation result = translate(std::get<Command>(parse({"--map-users=0:0:9", "id"})), root);
    ASSERT_TRUE(std::holds_alternative<Sandbox>(result));
    EXPECT_EQ(std::get<Sandbox>(result).spec.fields().identity, Identity::namespaceRoot);
    EXPECT_EQ(std::get<Sandbox>(result).maps.users.ranges, (std::vector<engine::IdRange>{{0, 0, 9}}));
}

TEST(UnshareTranslate, SharesWhatIsNotNamed) {
    const auto namespaces = spec({"-UpiuCT", "id"}).namespaces.value();
    for (const Namespace each :
         {Namespace::mount, Namespace::pid, Namespace::ipc, Namespace::uts, Namespace::cgroup, Namespace::time}) {
        EXPECT_NE(std::find(namespaces.begin(), namespaces.end(), each), namespaces.end());
    }
    EXPECT_EQ(spec({"-Un", "id"}).network, client::Network::none);
}

TEST(UnshareTranslate, FiltersNothingOfItsOwnAccordAndStartsNoSession) {
    EXPECT_EQ(spec({"-U", "id"}).seccomp, client::Seccomp::minimal);
    EXPECT_EQ(spec({"-U", "id"}).newSession, false);
}

TEST(UnshareTranslate, MountsProcAfterTheRest) {
    const client::SpecFields fields = spec({"-Upf", "--mount-proc=/p", "--root=/r", "id"});
    ASSERT_EQ(fields.mounts.size(), 2U);
    EXPECT_EQ(std::get<client::Bind>(fields.mounts[0]).source, "/r");
    EXPECT_EQ(std::get<client::Proc>(fields.mounts[1]).target, "/p");
    EXPECT_EQ(fields.workingDirectory, "/");
    EXPECT_EQ(spec({"-U", "--root=/r", "--wd=/w", "id"}).workingDirectory, "/w");
}

TEST(UnshareTranslate, RefusesNamespacesWithoutAUserNamespace) {
    EXPECT_EQ(refusal({"-m", "id"}), "unshare failed: Operation not permitted");
    EXPECT_EQ(refusal({"--mount-proc", "id"}), "unshare failed: Operation not permitted");
}

} // namespace
} // namespace sandboxd::unshare
