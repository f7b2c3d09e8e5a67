#include "translate.hpp"

#include <gtest/gtest.h>

namespace sandboxd::bwrap {
namespace {

using Words = std::vector<std::string>;

Surroundings surroundings() {
    return {.uid = 1000,
            .gid = 1000,
            .environment = {"A=1", "PWD=/old", "B=2"},
            .directory = "/home/u",
            .descriptors = {0, 1, 2, 5, 6, 7},
            .ownProgram = "/usr/bin/sandbox-bwrap",
            .isDirectory = [](const std::string&) { return true; }};
}

client::SpecFields fieldsOf(Command command, const std::string& directory = "/") {
    if (command.argv.empty()) {
        command.argv = {"true"};
    }
    return translate(command, surroundings(), directory).spec.fields();
}

client::MountOperation mountOf(const Operation& operation, bool ownPids = true) {
    Command command;
    command.operations = {operation};
    command.unshared.pid = ownPids;
    return fieldsOf(command).mounts.at(0);
}

TEST(BwrapTranslate, GivesEachOperationItsMount) {
    using client::MountOperation;
    EXPECT_EQ(mountOf({.kind = Kind::bind, .source = "s", .target = "/t"}), MountOperation(client::Bind{"s", "/t"}));
    EXPECT_EQ(mountOf({.kind = Kind::bind, .source = "s", .target = "/t", .readOnly = true}),
              MountOperation(client::Bind{"s", "/t", true}));
    EXPECT_EQ(mountOf({.kind = Kind::bind, .source = "s", .target = "/t", .devices = true, .optional = true}),
              MountOperation(client::Bind{"s", "/t", false, true, true}));
    EXPECT_EQ(mountOf({.kind = Kind::bindDescriptor, .target = "/t", .descriptor = 9, .readOnly = true}),
              MountOperation(client::BindDescriptor{9, "/t", true}));
    EXPECT_EQ(mountOf({.kind = Kind::tmpfs, .target = "/t", .mode = 0700, .size = 4096}),
              MountOperation(client::Tmpfs{"/t", 0700, 4096}));
    EXPECT_EQ(mountOf({.kind = Kind::dev, .target = "/t"}), MountOperation(client::Dev{"/t"}));
    EXPECT_EQ(mountOf({.kind = Kind::directory, .target = "/t", .mode = 0750}),
              MountOperation(client::Directory{"/t", 0750}));
    EXPECT_EQ(mountOf({.kind = Kind::symlink, .source = "../s", .target = "/t"}),
              MountOperation(client::Symlink{"../s", "/t"}));
    EXPECT_EQ(mountOf({.kind = Kind::mqueue, .target = "/t"}), MountOperation(client::Mqueue{"/t"}));
    EXPECT_EQ(mountOf({.kind = Kind::file, .target = "/t", .descriptor = 9, .mode = 0640}),
              MountOperation(client::File{"/t", "", 9, 0640}));
    EXPECT_EQ(mountOf({.kind = Kind::bindFile, .target = "/t", .descriptor = 9, .mode = 0640, .readOnly = true}),
              MountOperation(client::BindFile{"/t", "", 9, 0640, true}));
    EXPECT_EQ(mountOf({.kind = Kind::chmod, .target = "/t", .mode = 0640}), MountOperation(client::Chmod{"/t", 0640}));
    EXPECT_EQ(mountOf({.kind = Kind::remountReadOnly, .target = "/t"}), MountOperation(client::RemountReadOnly{"/t"}));
}

TEST(BwrapTranslate, StacksTheLastSourceOfAnOverlayOnTop) {
    using client::MountOperation;
    using client::OverlayKind;
    EXPECT_EQ(mountOf({.kind = Kind::overlay, .source = "u", .target = "/t", .lower = {"a", "b"}, .work = "w"}),
              MountOperation(client::Overlay{{"b", "a"}, "/t", "u", "w", OverlayKind::writable}));
    EXPECT_EQ(mountOf({.kind = Kind::temporaryOverlay, .target = "/t", .lower = {"a"}}),
              MountOperation(client::Overlay{{"a"}, "/t", {}, {}, OverlayKind::temporary}));
    EXPECT_EQ(mountOf({.kind = Kind::readOnlyOverlay, .target = "/t", .lower = {"a", "b"}}),
              MountOperation(client::Overlay{{"b", "a"}, "/t", {}, {}, OverlayKind::readOnly}));
}

TEST(BwrapTranslate, LocksFilesWhenAllElseIsThere) {
    const Command command{
        .argv = {"true"}, .operations = {{.kind = Kind::dev, .target = "/dev"}}, .lockFiles = {"l", "/m"}};
    const Translation translation = translate(command, surroundings(), "/");
    ASSERT_EQ(translation.spec.fields().mounts.size(), 3U);
    EXPECT_EQ(translation.spec.fields().mounts[1], client::MountOperation(client::LockFile{"/l"}));
    EXPECT_EQ(translation.spec.fields().mounts[2], client::MountOperation(client::LockFile{"/m"}));
    EXPECT_EQ(translation.origins, (std::vector<std::optional<std::size_t>>{0, 1, 2}));
}

TEST(BwrapTranslate, ShowsTheProcOfThePidNamespaceThatThereIs) {
    EXPECT_EQ(mountOf({.kind = Kind::proc, .target = "/p"}), client::MountOperation(client::Proc{"/p"}));
    EXPECT_EQ(mountOf({.kind = Kind::proc, .target = "/p"}, false),
              client::MountOperation(client::Bind{"/proc", "/p"}));
    const Command brought{.operations = {{.kind = Kind::proc, .target = "/p"}}, .descriptors = {.pidns = 5}};
    EXPECT_EQ(fieldsOf(brought).mounts.at(0), client::MountOperation(client::Proc{"/p"}));
}

TEST(BwrapTranslate, TakesTargetsFromTheNewRoot) {
    EXPECT_EQ(mountOf({.kind = Kind::dev, .target = "a/./b//c/../d/"}), client::MountOperation(client::Dev{"/a/b/d"}));
    EXPECT_EQ(mountOf({.kind = Kind::dev, .target = "../.."}), client::MountOperation(client::Dev{"/"}));
}

TEST(BwrapTranslate, KnowsWhichOperationAskedForAMount) {
    Command command;
    command.argv = {"true"};
    command.operations = {{.kind = Kind::dev, .target = "/dev"}, {.kind = Kind::proc, .target = "/proc"}};
    const Translation translation = translate(command, surroundings(), "/");
    EXPECT_EQ(translation.origins, (std::vector<std::optional<std::size_t>>{0, 1}));
}

TEST(BwrapTranslate, LeavesOutWhatHasAnEmptySourceAndMayBeMissing) {
    Command command{.argv = {"true"}};
    command.operations = {{.kind = Kind::bind, .target = "/t", .optional = true},
                          {.kind = Kind::tmpfs, .target = "/u"}};
    const Translation translation = translate(command, surroundings(), "/");
    EXPECT_EQ(translation.spec.fields().mounts.size(), 1U);
    EXPECT_EQ(translation.origins, (std::vector<std::optional<std::size_t>>{1}));
}

TEST(BwrapTranslate, UnsharesWhatIsAskedForAndNothingElse) {
    using enum client::Namespace;
    EXPECT_EQ(fieldsOf({}).namespaces, (std::vector{mount}));
    EXPECT_EQ(fieldsOf({}).network, client::Network::host);
    Command all;
    all.unshared = {.userTry = true, .ipc = true, .pid = true, .net = true, .uts = true, .cgroupTry = true};
    EXPECT_EQ(fieldsOf(all).namespaces, (std::vector{mount, pid, ipc, uts, cgroup}));
    EXPECT_EQ(fieldsOf(all).network, client::Network::loopback);
    Command one;
    one.unshared.cgroup = true;
    EXPECT_EQ(fieldsOf(one).namespaces, (std::vector{mount, cgroup}));
}

TEST(BwrapTranslate, GivesTheEnvironmentAndTheDirectory) {
    Command command;
    command.environment = {SetVariable{"B", "3"}, SetVariable{"C", ""}, UnsetVariable{"A"}};
    const client::SpecFields fields = fieldsOf(command, "/home/u/");
    EXPECT_EQ(fields.environment, (Words{"PWD=/home/u/", "B=3", "C="}));
    EXPECT_EQ(fields.workingDirectory, "/home/u");
    command.environment = {SetVariable{"D", "4"}, ClearVariables{}};
    EXPECT_EQ(fieldsOf(command, "rel").environment, Words{"PWD=rel"});
    EXPECT_EQ(fieldsOf(command, "rel").workingDirectory, "/rel");
}

TEST(BwrapTranslate, PassesTheDescriptorsThatNoOptionUses) {
    Command command;
    command.operations = {{.kind = Kind::bindDescriptor, .target = "/t", .descriptor = 6}};
    const std::map<std::uint32_t, int> expected{{0, 0}, {1, 1}, {2, 2}, {5, 5}, {7, 7}};
    EXPECT_EQ(fieldsOf(command).descriptors, expected);
    Command all;
    all.descriptors = {.block = 5, .info = 6, .jsonStatus = 7};
    EXPECT_EQ(fieldsOf(all).descriptors, (std::map<std::uint32_t, int>{{0, 0}, {1, 1}, {2, 2}}));
    all.descriptors = {.usernsBlock = 2, .userns = 5, .userns2 = 6, .pidns = 7};
    EXPECT_EQ(fieldsOf(all).descriptors, (std::map<std::uint32_t, int>{{0, 0}, {1, 1}}));
}

TEST(BwrapTranslate, HandsOverWhatTellsOfTheSandbox) {
    const client::SpecFields fields = fieldsOf({.descriptors = {.sync = 0, .block = 5, .info = 6, .jsonStatus = 7}});
    EXPECT_EQ(fields.syncDescriptor, 0);
    EXPECT_EQ(fields.blockDescriptor, 5);
    EXPECT_EQ(fields.infoDescriptor, 6);
    EXPECT_EQ(fields.statusDescriptor, 7);
    EXPECT_EQ(fieldsOf({.descriptors = {.sync = 90, .block = 91}}).syncDescriptor, std::nullopt);
    EXPECT_EQ(fieldsOf({.descriptors = {.sync = 90, .block = 91}}).blockDescriptor, std::nullopt);
    const client::SpecFields early = fieldsOf({.descriptors = {.usernsBlock = 5, .info = 6, .jsonStatus = 7}});
    EXPECT_EQ(early.infoDescriptor, std::nullopt) << "who writes the id maps is told, before there is a payload";
    EXPECT_EQ(early.statusDescriptor, std::nullopt);
}

TEST(BwrapTranslate, LeadsASessionOnlyIfAsked) {
    EXPECT_EQ(fieldsOf({}).newSession, false);
    EXPECT_EQ(fieldsOf({.newSession = true}).newSession, true);
}

TEST(BwrapTranslate, KeepsTheSyncDescriptorForProcessOne) {
    Command command;
    command.descriptors.sync = 5;
    EXPECT_EQ(fieldsOf(command).descriptors.count(5), 0U);
    command.asPid1 = true;
    EXPECT_EQ(fieldsOf(command).descriptors.count(5), 1U);
}

TEST(BwrapTranslate, NamesTheProgramAndItself) {
    Command command;
    command.argv = {"sh", "-c", "secret"};
    EXPECT_EQ(fieldsOf(command).argv, (Words{"sh", "-c", "secret"}));
    EXPECT_EQ(fieldsOf(command).argv0, "sh");
    EXPECT_EQ(fieldsOf(command).description, "sh");
    command.argv0 = "shown";
    EXPECT_EQ(fieldsOf(command).argv0, "shown");
    command.argv = {"/proc/self/exe", "x"};
    EXPECT_EQ(fieldsOf(command).argv, (Words{"/usr/bin/sandbox-bwrap", "x"}));
    command.argv = {std::string(200, 'a') + "\n"};
    EXPECT_EQ(fieldsOf(command).description, std::string(128, 'a'));
    command.argv = {"a\nb\xff"};
    EXPECT_EQ(fieldsOf(command).description, "a?b?");
}

TEST(BwrapTranslate, FiltersNothingOfItsOwnAccord) {
    EXPECT_EQ(fieldsOf({}).seccomp, client::Seccomp::minimal);
    EXPECT_TRUE(fieldsOf({}).seccompFilters.empty());
    EXPECT_EQ(fieldsOf({.descriptors = {.seccomp = 5}}).seccompFilters, std::vector<int>{5});
    EXPECT_EQ(fieldsOf({.descriptors = {.addedSeccomp = {7, 6}}}).seccompFilters, (std::vector<int>{7, 6}));
    EXPECT_EQ(fieldsOf({.descriptors = {.addedSeccomp = {7, 6}}}).descriptors.count(7), 0U);
}

TEST(BwrapTranslate, MapsTheIdsThatAreAskedFor) {
    EXPECT_EQ(fieldsOf({}).uid, std::nullopt);
    EXPECT_EQ(fieldsOf({.uid = 0, .gid = 5}).uid, 0U);
    EXPECT_EQ(fieldsOf({.uid = 0, .gid = 5}).gid, 5U);
}

TEST(BwrapTranslate, SetsTheHostname) {
    EXPECT_EQ(fieldsOf({}).hostname, std::nullopt);
    Command command;
    command.hostname = "box";
    EXPECT_EQ(fieldsOf(command).hostname, "box");
}

} // namespace
} // namespace sandboxd::bwrap
