// Mount operations with a hostile caller: targets behind links and in directories of others; and that each kind does
// what it says.
#include "kernel_test.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <set>

namespace sandboxd::kernel_test {

namespace {

using MountTest = KernelTest;
using wire::MountKind;
using wire::SetupStep;

std::set<std::string> listTree(const std::string& directory) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        names.insert(entry.path());
    }
    return names;
}

// Every kind, with this target.
std::vector<MountOperation> everyKind(const std::string& target) {
    return {{MountKind::bind, target, "/usr", wire::mountRecursive},
            {MountKind::bind, target, "/etc/hostname", wire::mountRecursive},
            {MountKind::tmpfs, target, ""},
            {MountKind::proc, target, ""},
            {MountKind::dev, target, ""},
            {MountKind::devpts, target, ""},
            {MountKind::directory, target, ""},
            {MountKind::file, target, "", 0, -1, 0644, "content"},
            {MountKind::symlink, target, "elsewhere"},
            {MountKind::mqueue, target, ""},
            {MountKind::bindFile, target, "", 0, -1, 0644, "content"},
            {MountKind::remountReadOnly, target, ""}};
}

} // namespace

TEST_F(MountTest, S17_S19_ALinkInACallersDirectoryLeadsNowhereOutside) {
    const std::string directory = callerDirectory("s17");
    const std::string outside = callerDirectory("s17-outside");
    ASSERT_EQ(::mkdir((outside + "/inner").c_str(), 0755), 0);
    const struct {
        const char* name;
        std::string text;
        bool inside; // there is something at its end in the new root
    } links[] = {{"root", "/", true}, {"tmp", "/tmp", true}, {"up", "../../oldroot", false}, {"out", outside, false}};
    for (const auto& link : links) {
        ASSERT_EQ(::symlink(link.text.c_str(), (directory + "/" + link.name).c_str()), 0);
    }
    const std::set<std::string> before = listTree(spawner().directory());
    for (const auto& link : links) {
        for (const MountOperation& operation : everyKind(std::string("/home/") + link.name + "/inner")) {
            PlanBlock plan = ordinaryPlan();
            plan.add({MountKind::bind, "/home", directory, wire::mountRecursive}).add(operation);
            const wire::Report report = run(spawner(), plan).report;
            const bool made = link.inside && operation.kind != MountKind::remountReadOnly;
            const int expected = made ? 0 : operation.kind == MountKind::remountReadOnly ? ENOENT : EEXIST;
            EXPECT_EQ(report.error, expected) << link.name << static_cast<int>(operation.kind);
        }
    }
    EXPECT_EQ(listTree(spawner().directory()), before);
}

TEST_F(MountTest, S19_ALinkAsTheLastComponentIsFollowedInsideTheNewRoot) {
    const std::string directory = callerDirectory("s19");
    writeFile(directory + "/name", "of the caller");
    ASSERT_EQ(::symlink("/inside", (directory + "/link").c_str()), 0);
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::directory, "/inside", ""});
    plan.add({MountKind::bind, "/home", directory, wire::mountRecursive});
    plan.add({MountKind::bind, "/home/link", directory, wire::mountRecursive});
    EXPECT_EQ(run(spawner(), plan.run({"cat", "/inside/name"})).output, "of the caller");
}

TEST_F(MountTest, ALinkToTheRootIsTheRootAsATarget) {
    const std::string directory = callerDirectory("root-link");
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::symlink, "/to-root", "/"});
    plan.add({MountKind::bind, "/to-root", "/", wire::mountRecursive});
    const Outcome result = run(spawner(), plan.run({"ls", directory.c_str(), "-d"}));
    EXPECT_EQ(result.output, directory + "\n");
}

TEST_F(MountTest, WhatIsMissingInACallersDirectoryIsMadeByTheCaller) {
    const std::string directory = callerDirectory("missing");
    for (const MountOperation& operation : everyKind("/home/a/b")) {
        PlanBlock plan = ordinaryPlan();
        plan.add({MountKind::bind, "/home", directory, wire::mountRecursive}).add(operation);
        const wire::Report report = run(spawner(), plan).report;
        if (operation.kind == MountKind::remountReadOnly) {
            EXPECT_EQ(report.error, ENOENT);
            continue;
        }
        EXPECT_EQ(report.error, 0) << static_cast<int>(operation.kind);
        struct stat info {};
        EXPECT_EQ(::lstat((directory + "/a/b").c_str(), &info), 0);
        EXPECT_EQ(info.st_uid, callerUid);
        std::filesystem::remove_all(directory + "/a");
    }
}

TEST_F(MountTest, NothingIsMadeWhereTheCallerMayNotWrite) {
    const std::string directory = callerDirectory("closed-to-write");
    ASSERT_EQ(::chown(directory.c_str(), 0, 0), 0);
    const std::string own = callerDirectory("own-read-only");
    ASSERT_EQ(::chmod(own.c_str(), 0555), 0); // its owner could open it; nobody does so for him
    for (const std::string& source : {directory, own}) {
        for (const MountOperation& operation : everyKind("/home/missing")) {
            PlanBlock plan = ordinaryPlan();
            plan.add({MountKind::bind, "/home", source, wire::mountRecursive}).add(operation);
            const wire::Report report = run(spawner(), plan).report;
            EXPECT_EQ(report.step, SetupStep::mount) << static_cast<int>(operation.kind);
            EXPECT_EQ(report.error, operation.kind == MountKind::remountReadOnly ? ENOENT : EACCES);
        }
        EXPECT_TRUE(std::filesystem::is_empty(source));
    }
}

TEST_F(MountTest, NothingIsMadeInAReadOnlyBind) {
    const std::string directory = callerDirectory("read-only");
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::bind, "/home", directory, wire::mountRecursive | wire::mountReadOnly});
    EXPECT_EQ(run(spawner(), plan.add({MountKind::tmpfs, "/home/missing", ""})).report.error, EROFS);
    EXPECT_TRUE(std::filesystem::is_empty(directory));
}

TEST_F(MountTest, AFileThatIsThereIsWrittenAnewAndKeepsItsMode) {
    const std::string directory = callerDirectory("overwritten");
    writeFile(directory + "/name", "long before");
    ASSERT_EQ(::chown((directory + "/name").c_str(), callerUid, callerGid), 0);
    ASSERT_EQ(::chmod((directory + "/name").c_str(), 0640), 0);
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::bind, "/home", directory, wire::mountRecursive});
    plan.add({MountKind::file, "/home/name", "", 0, -1, 0600, "new"});
    EXPECT_EQ(run(spawner(), plan.run({"sh", "-c", "cat /home/name; stat -c :%a /home/name"})).output, "new:640\n");
}

TEST_F(MountTest, AFileIsNotWrittenIntoAFifo) {
    const std::string directory = callerDirectory("fifo-file");
    ASSERT_EQ(::mkfifo((directory + "/fifo").c_str(), 0666), 0);
    ASSERT_EQ(::chmod((directory + "/fifo").c_str(), 0666), 0);
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::bind, "/home", directory, wire::mountRecursive});
    plan.add({MountKind::file, "/home/fifo", "", 0, -1, 0644, "content"});
    EXPECT_EQ(run(spawner(), plan).report.error, ENXIO); // nobody reads it, and nobody waits for that
}

TEST_F(MountTest, ALinkThatSaysTheSameAlreadyWillDo) {
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::symlink, "/l", "text"}).add({MountKind::symlink, "/l", "text"});
    EXPECT_EQ(run(spawner(), plan).report.error, 0);
    EXPECT_EQ(run(spawner(), plan.add({MountKind::symlink, "/l", "other"})).report.error, EEXIST);
}

TEST_F(MountTest, ParentsAreClosedToThoseToWhomTheTargetIs) {
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::tmpfs, "/a/b/own", "", 0, -1, 0700})
        .add({MountKind::directory, "/c/d/group", "", 0, -1, 0750});
    plan.add({MountKind::file, "/e/f/all", "", 0, -1, 0644}).add({MountKind::devpts, "/g/h/pts", ""});
    const Outcome result = run(spawner(), plan.run({"stat", "-c", "%a", "/a", "/a/b", "/c/d", "/e/f", "/g/h"}));
    EXPECT_EQ(result.output, "700\n700\n750\n755\n755\n");
}

TEST_F(MountTest, EveryKindDoesWhatItSays) {
    const std::string directory = callerDirectory("every");
    writeFile(directory + "/name", "of the caller");
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::bind, "/a/b/c", directory, wire::mountRecursive});
    plan.add({MountKind::bind, "/ro", directory, wire::mountRecursive | wire::mountReadOnly});
    plan.add({MountKind::tmpfs, "/small", "", 0, -1, 0700, "", 65536});
    plan.add({MountKind::directory, "/d", "", 0, -1, 0711});
    plan.add({MountKind::file, "/etc-like/file", "", 0, -1, 0640, "written\n"});
    plan.add({MountKind::symlink, "/s", "d"});
    plan.add({MountKind::remountReadOnly, "/small", ""});
    plan.run({"sh", "-c",
              "cat /a/b/c/name; echo; echo more > /a/b/c/new && echo wrote; echo x > /ro/new2 || echo refused; "
              "echo x > /small/x || echo refused; stat -c '%a %F' /small /d /etc-like/file; cat /etc-like/file; "
              "readlink /s /dev/core; exec 3<>/dev/ptmx && ls /dev/pts; echo ok > /dev/shm/x && cat /dev/shm/x"});
    const Outcome result = run(spawner(), plan);
    ASSERT_EQ(result.report.error, 0);
    std::string expected = "of the caller\nwrote\n";
    EXPECT_EQ(result.output.substr(0, expected.size()), expected);
    EXPECT_NE(
        result.output.find("700 directory\n711 directory\n640 regular file\nwritten\nd\n/proc/kcore\n0\nptmx\nok\n"),
        std::string::npos)
        << result.output;
    EXPECT_TRUE(std::filesystem::exists(directory + "/new"));
    EXPECT_FALSE(std::filesystem::exists(directory + "/new2"));
}

TEST_F(MountTest, TheWholeRootCanBeBound) {
    PlanBlock plan(callerUid, callerGid);
    plan.add({MountKind::bind, "/", "/", wire::mountRecursive | wire::mountReadOnly});
    const Outcome result =
        run(spawner(), plan.run({"sh", "-c", "test -d /usr/bin && echo there; true > /tmp/x || echo refused"}));
    ASSERT_EQ(result.report.error, 0) << static_cast<int>(result.report.step);
    EXPECT_EQ(result.output.rfind("there\n", 0), 0U) << result.output;
    EXPECT_NE(result.output.find("refused\n"), std::string::npos) << result.output;
}

TEST_F(MountTest, DotsInATargetLeadNowhereOutside) {
    const std::set<std::string> before = listTree(spawner().directory());
    for (const char* target : {"/a/../made", "/./made", "/../../made"}) {
        Attempt attempt({MountKind::tmpfs, target, ""});
        EXPECT_EQ(run(spawner(), attempt.plan.run({"ls", "-d", "/made"})).output, "/made\n") << target;
    }
    EXPECT_EQ(listTree(spawner().directory()), before);
}

TEST_F(MountTest, AConfinedCallersBindFollowsNoLinkToItsTarget) {
    const std::string directory = callerDirectory("confined");
    PlanBlock plan = ordinaryPlan();
    plan.add({MountKind::directory, "/elsewhere", ""}).add({MountKind::symlink, "/link", "elsewhere"});
    plan.add({MountKind::bind, "/link/x", directory, wire::mountRecursive | wire::mountNoSymlinks});
    EXPECT_EQ(run(spawner(), plan).report.error, ELOOP);
}

} // namespace sandboxd::kernel_test
