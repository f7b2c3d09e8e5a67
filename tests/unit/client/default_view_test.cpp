#include "default_view.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sandboxd::ctl {
namespace {

using client::Bind;
using client::MountOperation;
using client::Tmpfs;

// A host with merged /usr and a user at home, in a project.
HostView host() {
    return {{{"/bin", "usr/bin"}, {"/etc", std::nullopt}, {"/usr", std::nullopt}},
            "/home/ann",
            "/home/ann",
            "/home/ann/project",
            std::nullopt};
}

HostView hostIn(const std::string& directory) {
    HostView view = host();
    view.currentDirectory = directory;
    return view;
}

HostView hostWithHome(const std::string& home) {
    HostView view = host();
    view.home = home;
    view.resolvedHome = home;
    return view;
}

template <typename Operation> std::size_t positionOf(const DefaultView& view, const Operation& operation) {
    const auto found = std::find_if(view.mounts.begin(), view.mounts.end(), [&](const MountOperation& one) {
        const auto* same = std::get_if<Operation>(&one);
        return same != nullptr && *same == operation;
    });
    return static_cast<std::size_t>(found - view.mounts.begin());
}

template <typename Operation> bool has(const DefaultView& view, const Operation& operation) {
    return positionOf(view, operation) < view.mounts.size();
}

TEST(DefaultView, IsExactlyThisInAProject) {
    const std::vector<MountOperation> expected{client::Symlink{"usr/bin", "/bin"},
                                               Bind{"/etc", "/etc", true},
                                               Bind{"/usr", "/usr", true},
                                               client::Proc{},
                                               client::Dev{},
                                               Tmpfs{"/tmp", 01777},
                                               Tmpfs{"/var/tmp", 01777},
                                               Tmpfs{"/run"},
                                               Tmpfs{"/home/ann", 0700},
                                               Bind{"/home/ann/project", "/home/ann/project"}};
    const DefaultView view = buildDefaultView(host(), {});
    EXPECT_EQ(view.mounts, expected);
    EXPECT_EQ(view.workingDirectory, "/home/ann/project");
    EXPECT_EQ(view.hidden, std::nullopt);
}

TEST(DefaultView, ShowsTheHomeItselfToNobody) {
    const DefaultView view = buildDefaultView(hostIn("/home/ann"), {});
    EXPECT_EQ(view.hidden, "/home/ann");
    EXPECT_FALSE(has(view, Bind{"/home/ann", "/home/ann"}));
    EXPECT_EQ(view.workingDirectory, "/home/ann");
}

TEST(DefaultView, HidesDotDirectoriesAndWhatIsBelowThem) {
    for (const char* directory : {"/home/ann/.ssh", "/home/ann/.config/tool", "/home/ann/work/.git/hooks"}) {
        EXPECT_EQ(buildDefaultView(hostIn(directory), {}).hidden, directory);
    }
}

TEST(DefaultView, TakesADotInsideANameForNoDotDirectory) {
    EXPECT_EQ(buildDefaultView(hostIn("/home/ann/a.b/c"), {}).hidden, std::nullopt);
}

TEST(DefaultView, HidesWhatLiesOutsideTheHome) {
    for (const char* directory : {"/srv/data", "/tmp/x", "/home/anne/project", "/home"}) {
        EXPECT_EQ(buildDefaultView(hostIn(directory), {}).hidden, directory);
    }
}

TEST(DefaultView, SaysNothingWhereTheDirectoryIsThereAnyway) {
    for (const char* directory : {"/", "/usr/share", "/etc"}) {
        const DefaultView view = buildDefaultView(hostIn(directory), {});
        EXPECT_EQ(view.hidden, std::nullopt);
        EXPECT_EQ(view.workingDirectory, directory);
    }
}

TEST(DefaultView, StaysInADirectoryThatAnOptionShows) {
    const DefaultView view = buildDefaultView(hostIn("/srv/data/x"), {Bind{"/srv/data", "/srv/data", true}});
    EXPECT_EQ(view.hidden, std::nullopt);
    EXPECT_EQ(view.workingDirectory, "/srv/data/x");
}

TEST(DefaultView, PutsAProjectBelowTheHomeAsItIsCalledWhenThatIsALink) {
    HostView linked = host();
    linked.resolvedHome = "/data/ann";
    linked.currentDirectory = "/data/ann/project";
    const DefaultView view = buildDefaultView(linked, {});
    EXPECT_TRUE(has(view, Bind{"/data/ann/project", "/home/ann/project"}));
    EXPECT_EQ(view.workingDirectory, "/home/ann/project");
}

TEST(DefaultView, CoversNothingNeededForTheHomeOfAService) {
    for (const char* home : {"/", "/usr/games", "/bin", "/dev", "/proc/1", "/etc"}) {
        const DefaultView view = buildDefaultView(hostWithHome(home), {});
        EXPECT_FALSE(has(view, Tmpfs{home, 0700})) << home;
        EXPECT_EQ(view.hidden, "/home/ann/project") << home;
    }
}

TEST(DefaultView, NeedsNoHomeAndNoCurrentDirectory) {
    HostView bare = host();
    bare.home.reset();
    bare.resolvedHome.clear();
    bare.currentDirectory.reset();
    const DefaultView view = buildDefaultView(bare, {});
    EXPECT_EQ(view.workingDirectory, "/");
    EXPECT_EQ(view.hidden, std::nullopt);
}

TEST(DefaultView, ShowsTheResolversFileWhereTheLinkLeads) {
    HostView networked = host();
    networked.resolver = ResolverFile{"/run/real/resolv.conf", "/run/link/resolv.conf"};
    const DefaultView view = buildDefaultView(networked, {});
    const std::size_t file = positionOf(view, Bind{"/run/real/resolv.conf", "/run/link/resolv.conf", true});
    ASSERT_LT(file, view.mounts.size());
    EXPECT_LT(positionOf(view, Tmpfs{"/run"}), file); // or the tmpfs would cover it
}

} // namespace
} // namespace sandboxd::ctl
