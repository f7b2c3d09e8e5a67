// Overlays: what each kind does with writes, and that no layer gives more than the caller has.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

namespace sandboxd::kernel_test {

namespace {

namespace fs = std::filesystem;
using wire::MountKind;
using wire::SetupStep;

// Layers on a file system that can carry an overlay, whatever the machine has in /tmp.
class OverlayTest : public KernelTest {
protected:
    void SetUp() override {
        root_ = callerDirectory("overlay");
        ASSERT_EQ(::mount("none", root_.c_str(), "tmpfs", 0, "mode=0755"), 0);
        for (const char* name : {"low", "top", "upper", "work"}) {
            makeDirectory(name);
        }
        write("low/name", "low");
        write("low/below", "below");
        write("top/name", "top");
    }
    void TearDown() override {
        ::umount2(root_.c_str(), MNT_DETACH);
        KernelTest::TearDown();
    }

    [[nodiscard]] std::string path(const std::string& name) const { return root_ + "/" + name; }

    void makeDirectory(const std::string& name, uid_t owner = callerUid, mode_t mode = 0755) {
        ASSERT_EQ(::mkdir(path(name).c_str(), mode), 0);
        ASSERT_EQ(::chown(path(name).c_str(), owner, owner == callerUid ? callerGid : owner), 0);
    }
    void write(const std::string& name, const std::string& content, uid_t owner = callerUid, mode_t mode = 0644) {
        std::ofstream(path(name)) << content;
        ASSERT_EQ(::chown(path(name).c_str(), owner, owner == callerUid ? callerGid : owner), 0);
        ASSERT_EQ(::chmod(path(name).c_str(), mode), 0);
    }

    [[nodiscard]] MountOperation readOnly() const {
        MountOperation overlay{MountKind::overlay, "/o", "", wire::mountReadOnly};
        overlay.lowers = {path("top"), path("low")};
        return overlay;
    }
    [[nodiscard]] MountOperation temporary(const std::string& lower) const {
        MountOperation overlay{MountKind::overlay, "/o", ""};
        overlay.lowers = {path(lower)};
        return overlay;
    }
    [[nodiscard]] MountOperation writable(const std::string& upper, const std::string& work) const {
        MountOperation overlay{MountKind::overlay, "/o", path(upper)};
        overlay.lowers = {path("low")};
        overlay.work = path(work);
        return overlay;
    }

    static Outcome runWith(const MountOperation& overlay, const std::string& script) {
        return run(spawner(), ordinaryPlan().add(overlay).run({"sh", "-c", script}));
    }

private:
    std::string root_;
};

} // namespace

TEST_F(OverlayTest, TheUppermostLayerIsTheFirst) {
    const Outcome result = runWith(readOnly(), "cat /o/name /o/below; { true > /o/x; } 2>/dev/null || echo :refused");
    EXPECT_EQ(result.output, "topbelow:refused\n");
}

TEST_F(OverlayTest, WritesToATemporaryOneAreLost) {
    const Outcome result =
        runWith(temporary("low"), "echo x > /o/new; echo y >> /o/name; rm /o/below; cat /o/name; ls /o");
    EXPECT_EQ(result.output, "lowy\nname\nnew\n");
    EXPECT_FALSE(fs::exists(path("low/new")));
    EXPECT_TRUE(fs::exists(path("low/below")));
}

TEST_F(OverlayTest, TwoTemporaryOnesKeepTheirWritesApart) {
    MountOperation other = temporary("top");
    other.target = "/p";
    PlanBlock plan = ordinaryPlan();
    plan.add(temporary("low")).add(other);
    EXPECT_EQ(run(spawner(), plan.run({"sh", "-c", "echo x > /o/new; ls /p"})).output, "name\n");
}

TEST_F(OverlayTest, WritesToAWritableOneAreKeptAsTheCallers) {
    const Outcome result = runWith(writable("upper", "work"), "echo x > /o/new; rm /o/below; ls /o");
    EXPECT_EQ(result.output, "name\nnew\n");
    struct stat info {};
    ASSERT_EQ(::stat(path("upper/new").c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, callerUid);
    EXPECT_TRUE(fs::exists(path("low/below")));
    EXPECT_EQ(runWith(writable("upper", "work"), "ls /o").output, "name\nnew\n"); // once more over what it left
}

TEST_F(OverlayTest, ManyLayersAreStackedInOrder) {
    MountOperation overlay{MountKind::overlay, "/o", "", wire::mountReadOnly};
    for (int i = 0; i < 60; ++i) { // more than one value of fsconfig(2) holds
        const std::string name = "layer" + std::to_string(i);
        makeDirectory(name);
        write(name + "/name", name);
        write(name + "/" + name, name);
        overlay.lowers.push_back(path(name));
    }
    EXPECT_EQ(runWith(overlay, "cat /o/name; ls /o | wc -l").output, "layer061\n");
}

TEST_F(OverlayTest, ARelativeLayerIsSeenFromTheCallersWorkingDirectory) {
    const CallerProcess caller({}, [&] {
        if (::chdir(path("low").c_str()) != 0) {
            ::_exit(98);
        }
    });
    MountOperation overlay = temporary("low");
    overlay.lowers = {"."};
    const Outcome result = run(spawner(), caller, ordinaryPlan().add(overlay).run({"cat", "/o/name"}));
    EXPECT_EQ(result.output, "low");
}

TEST_F(OverlayTest, S15_ALayerThroughAMagicLinkIsRefused) {
    MountOperation overlay = temporary("low");
    overlay.lowers = {"/proc/self/cwd"};
    const wire::Report report = runWith(overlay, "true").report;
    EXPECT_EQ(report.step, SetupStep::source);
    EXPECT_EQ(report.error, ELOOP);
}

TEST_F(OverlayTest, S25_DirectoriesThatTheCallerMayNotWriteAreRefusedUntouched) {
    makeDirectory("root", 0);
    write("root/name", "root's", 0);
    makeDirectory("stranger", strangerUid);
    for (const MountOperation& overlay : {writable("root", "work"), writable("upper", "root"),
                                          writable("stranger", "work"), writable("upper", "stranger")}) {
        const wire::Report report = runWith(overlay, "true").report;
        EXPECT_EQ(report.step, SetupStep::source);
        EXPECT_EQ(report.error, EACCES);
    }
    EXPECT_EQ(std::distance(fs::directory_iterator(path("root")), fs::directory_iterator()), 1);
    EXPECT_TRUE(fs::is_empty(path("stranger")));
}

// The kernel clears `work/work` with the mounter's rights; where it cannot, it would go on read-only without an error.
TEST_F(OverlayTest, S25_AFallBackToReadOnlyIsAnError) {
    makeDirectory("work/work", 0);
    makeDirectory("work/work/sub", 0);
    write("work/work/sub/name", "root's", 0);
    const wire::Report report = runWith(writable("upper", "work"), "true").report;
    EXPECT_EQ(report.step, SetupStep::mount);
    EXPECT_EQ(report.error, EROFS);
    EXPECT_TRUE(fs::exists(path("work/work/sub/name")));
}

TEST_F(OverlayTest, S26_AFileThatTheCallerCannotReadStaysUnreadable) {
    write("low/closed", "secret", 0, 0600);
    for (const MountOperation& overlay : {readOnly(), temporary("low"), writable("upper", "work")}) {
        EXPECT_EQ(runWith(overlay, "cat /o/closed 2>/dev/null || echo closed").output, "closed\n");
    }
}

TEST_F(OverlayTest, S26_ARedirectInALayerIsNotFollowed) {
    makeDirectory("low/real");
    write("low/real/secret", "secret");
    makeDirectory("top/fake");
    constexpr char redirect[] = "/real";
    ASSERT_EQ(::setxattr(path("top/fake").c_str(), "user.overlay.redirect", redirect, sizeof redirect - 1, 0), 0);
    EXPECT_EQ(runWith(readOnly(), "ls /o/fake 2>/dev/null").output.find("secret"), std::string::npos);
}

TEST_F(OverlayTest, DevicesInALayerCannotBeOpened) {
    ASSERT_EQ(::mknod(path("low/null").c_str(), S_IFCHR | 0666, (1U << 8U) | 3U), 0);
    ASSERT_EQ(::chmod(path("low/null").c_str(), 0666), 0);
    EXPECT_EQ(runWith(temporary("low"), "{ true > /o/null; } 2>/dev/null || echo refused").output, "refused\n");
}

} // namespace sandboxd::kernel_test
