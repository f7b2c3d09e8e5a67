#include "encode_spec.hpp"

#include "message_text.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <fcntl.h>

namespace sandboxd::client {
namespace {

using client_tests::describe;

// The message of a Spec as text.
std::string encoded(const Spec& spec) {
    const Result<Message> message = encodeSpawn(spec.fields());
    return message ? describe(message.value().get()) : "error: " + message.error().message;
}

// The options of a Spec for "true".
std::string options(const Spec& spec) {
    const std::string text = encoded(spec);
    const std::string head = R"("" [b"true"] [] [)";
    EXPECT_EQ(text.substr(0, head.size()), head);
    return text.substr(head.size(), text.size() - head.size() - 1);
}

Spec plain() {
    return Spec({"true"});
}

TEST(EncodeSpec, SendsNothingThatWasNotSaid) {
    EXPECT_EQ(encoded(plain()), R"("" [b"true"] [] [])");
}

TEST(EncodeSpec, HasTheSignatureOfSpawn) {
    const Result<Message> message = encodeSpawn(plain().fields());
    ASSERT_TRUE(message.ok());
    EXPECT_STREQ(dbus_message_get_signature(message.value().get()), "saaya{uh}a{sv}");
    EXPECT_STREQ(dbus_message_get_member(message.value().get()), "Spawn");
    EXPECT_STREQ(dbus_message_get_path(message.value().get()), "/org/sandboxd1");
    EXPECT_STREQ(dbus_message_get_destination(message.value().get()), "org.sandboxd1");
}

TEST(EncodeSpec, SendsArgumentsAsTheBytesTheyAre) {
    EXPECT_EQ(encoded(Spec({"echo", "", "\xff\xfe", "a b"})), "\"\" [b\"echo\", b\"\", b\"\xff\xfe\", b\"a b\"] [] []");
}

TEST(EncodeSpec, SendsProcessOptions) {
    EXPECT_EQ(options(plain().argv0("name").workingDirectory("/w").environment({"A=1", "B=\xff"})),
              "\"argv0\": <ay b\"name\">, \"cwd\": <ay b\"/w\">, \"env\": <aay [b\"A=1\", b\"B=\xff\"]>");
}

TEST(EncodeSpec, SendsNamespacesNetworkAndHostname) {
    EXPECT_EQ(options(plain()
                          .namespaces({Namespace::mount, Namespace::pid, Namespace::ipc, Namespace::uts,
                                       Namespace::cgroup, Namespace::time})
                          .hostname("inside")
                          .network(Network::loopback)),
              R"("namespaces": <as ["mount", "pid", "ipc", "uts", "cgroup", "time"]>, "hostname": <s "inside">, )"
              R"("network": <s "loopback">)");
}

TEST(EncodeSpec, SendsTheIdentity) {
    EXPECT_EQ(options(plain().identity(Identity::mapped).uid(0).gid(7)),
              R"("identity": <s "mapped">, "uid": <u 0>, "gid": <u 7>)");
    EXPECT_EQ(options(plain().identity(Identity::host)), R"("identity": <s "host">)");
    EXPECT_EQ(options(plain().identity(Identity::namespaceRoot)), R"("identity": <s "namespace-root">)");
}

TEST(EncodeSpec, SendsCapabilitiesAndAnEmptyListOfThem) {
    EXPECT_EQ(options(plain().capabilities({"CAP_NET_RAW", "CAP_CHOWN"})),
              R"("capabilities": <as ["CAP_NET_RAW", "CAP_CHOWN"]>)");
    EXPECT_EQ(options(plain().capabilities({})), R"("capabilities": <as []>)");
}

TEST(EncodeSpec, SendsTruthsEitherWay) {
    EXPECT_EQ(options(plain().nestedUserNamespaces(true).init(false)),
              R"("init": <b false>, "nested-userns": <b true>)");
    EXPECT_EQ(options(plain().nestedUserNamespaces(false).init(true)),
              R"("init": <b true>, "nested-userns": <b false>)");
}

TEST(EncodeSpec, SendsFiltersInTheirOrder) {
    EXPECT_EQ(options(plain().seccomp(Seccomp::minimal).seccompFilter(0).seccompFilter(1)),
              R"("seccomp": <s "minimal">, "seccomp-fds": <ah [fd, fd]>)");
    EXPECT_EQ(options(plain().seccomp(Seccomp::standard)), R"("seccomp": <s "default">)");
    EXPECT_EQ(options(plain().seccomp(Seccomp::strict)), R"("seccomp": <s "strict">)");
    EXPECT_EQ(options(plain().seccomp(Seccomp::off)), R"("seccomp": <s "off">)");
}

TEST(EncodeSpec, SendsLifetimeAndLifeline) {
    EXPECT_EQ(options(plain().lifetime(Lifetime::descriptor).lifeline(0)),
              R"("lifetime": <s "fd">, "lifeline": <h fd>)");
    EXPECT_EQ(options(plain().lifetime(Lifetime::call)), R"("lifetime": <s "call">)");
}

TEST(EncodeSpec, SendsTheSessionAndItsTerminal) {
    EXPECT_EQ(options(plain().newSession(false)), R"("new-session": <b false>)");
    EXPECT_EQ(options(plain().newSession(true).terminal(0)), R"("new-session": <b true>, "terminal": <h fd>)");
}

TEST(EncodeSpec, SendsTheDescriptorsThatTellAndHold) {
    EXPECT_EQ(options(plain().infoDescriptor(0).statusDescriptor(0).blockDescriptor(0).syncDescriptor(0)),
              R"("info-fd": <h fd>, "status-fd": <h fd>, "block-fd": <h fd>, "sync-fd": <h fd>)");
}

TEST(EncodeSpec, SendsWhatRemains) {
    EXPECT_EQ(options(plain().description("a job").require("kernel:x").startTimeout(std::chrono::seconds(3))),
              R"("start-timeout-usec": <t 3000000>, "description": <s "a job">, "require": <as ["kernel:x"]>)");
}

TEST(EncodeSpec, SendsMountsInOrder) {
    EXPECT_EQ(options(plain().bindReadOnly("/usr", "/usr").bind("/a", "/b").mount(Proc{}).mount(Dev{})),
              R"("mounts": <a(sa{sv}) [)"
              R"(("bind", ["target": <ay b"/usr">, "source": <ay b"/usr">, "read-only": <b true>]), )"
              R"(("bind", ["target": <ay b"/b">, "source": <ay b"/a">]), )"
              R"(("proc", ["target": <ay b"/proc">]), ("dev", ["target": <ay b"/dev">])]>)");
}

TEST(EncodeSpec, SendsOfABindOnlyWhatIsNotTheDefault) {
    EXPECT_EQ(options(plain().mount(
                  Bind{.source = "/a", .target = "/b", .devices = true, .optional = true, .recursive = false})),
              R"("mounts": <a(sa{sv}) [("bind", ["target": <ay b"/b">, "source": <ay b"/a">, "devices": <b true>, )"
              R"("optional": <b true>, "recursive": <b false>])]>)");
}

TEST(EncodeSpec, SendsTheKeysOfEachMountOperation) {
    EXPECT_EQ(options(plain().mount(Tmpfs{"/t", 0700, 4096}).mount(Directory{"/d", 0711}).mount(Devpts{"/p"})),
              R"("mounts": <a(sa{sv}) [)"
              R"(("tmpfs", ["target": <ay b"/t">, "mode": <u 448>, "size": <t 4096>]), )"
              R"(("directory", ["target": <ay b"/d">, "mode": <u 457>]), ("devpts", ["target": <ay b"/p">])]>)");
    EXPECT_EQ(options(plain().mount(File{"/f", "text", -1, 0600}).mount(Symlink{"usr/bin", "/bin"})),
              R"("mounts": <a(sa{sv}) [)"
              R"(("file", ["target": <ay b"/f">, "content": <ay b"text">, "mode": <u 384>]), )"
              R"(("symlink", ["target": <ay b"/bin">, "source": <ay b"usr/bin">])]>)");
    EXPECT_EQ(options(plain().mount(RemountReadOnly{"/r"}).mount(BindDescriptor{0, "/b"})),
              R"("mounts": <a(sa{sv}) [("remount-read-only", ["target": <ay b"/r">]), )"
              R"(("bind", ["target": <ay b"/b">, "source": <h fd>])]>)");
}

TEST(EncodeSpec, SendsContentsAsBytesOrByDescriptor) {
    EXPECT_EQ(
        options(plain().mount(File{.target = "/f", .descriptor = 0}).mount(BindFile{"/b", "x", -1, 0400, true})),
        R"("mounts": <a(sa{sv}) [("file", ["target": <ay b"/f">, "content": <h fd>, "mode": <u 420>]), )"
        R"(("bind-file", ["target": <ay b"/b">, "content": <ay b"x">, "mode": <u 256>, "read-only": <b true>])]>)");
}

TEST(EncodeSpec, SendsOfAnOverlayWhatItsKindTakes) {
    EXPECT_EQ(options(plain().mount(Overlay{{"/a", "b"}, "/o", "/u", "w", OverlayKind::writable})),
              R"("mounts": <a(sa{sv}) [("overlay", ["target": <ay b"/o">, "lower": <aay [b"/a", b"b"]>, )"
              R"("upper": <ay b"/u">, "work": <ay b"w">])]>)");
    EXPECT_EQ(
        options(plain().mount(Overlay{.lower = {"/a"}, .target = "/o", .kind = OverlayKind::temporary})),
        R"("mounts": <a(sa{sv}) [("overlay", ["target": <ay b"/o">, "lower": <aay [b"/a"]>, "tmp": <b true>])]>)");
    EXPECT_EQ(
        options(plain().mount(Overlay{.lower = {"/a"}, .target = "/o"})),
        R"("mounts": <a(sa{sv}) [("overlay", ["target": <ay b"/o">, "lower": <aay [b"/a"]>, "read-only": <b true>])]>)");
}

TEST(EncodeSpec, SendsOperationsThatHaveOnlyATarget) {
    EXPECT_EQ(options(plain()
                          .mount(Mqueue{"/q"})
                          .mount(Sysfs{"/s"})
                          .mount(Mask{"/m"})
                          .mount(LockFile{"/l"})
                          .mount(Chmod{"/c", 0700})),
              R"("mounts": <a(sa{sv}) [("mqueue", ["target": <ay b"/q">]), ("sysfs", ["target": <ay b"/s">]), )"
              R"(("mask", ["target": <ay b"/m">]), ("lock-file", ["target": <ay b"/l">]), )"
              R"(("chmod", ["target": <ay b"/c">, "mode": <u 448>])]>)");
}

TEST(EncodeSpec, SendsDescriptorsByThePayloadsNumber) {
    EXPECT_EQ(encoded(plain().inheritStandardStreams().descriptor(7, 0)),
              R"("" [b"true"] [0: fd, 1: fd, 2: fd, 7: fd] [])");
}

// What a message would carry for the payload, 14 beside a lifeline and a source of a mount.
Spec withDescriptors(std::uint32_t count) {
    Spec spec = plain();
    for (std::uint32_t number = 0; number < count; ++number) {
        spec.descriptor(number, 0);
    }
    return spec.lifeline(0).mount(BindDescriptor{0, "/b"});
}

TEST(EncodeSpec, SendsSixteenDescriptorsInTheMessageAndMoreByASocket) {
    EXPECT_EQ(encoded(withDescriptors(14)).find("fd-socket"), std::string::npos);
    const std::string more = encoded(withDescriptors(15));
    EXPECT_TRUE(more.starts_with(R"("" [b"true"] [] [)")) << more;
    EXPECT_NE(more.find(R"("fd-socket": <h fd>)"), std::string::npos) << more;
    EXPECT_TRUE(encodeSpawn(withDescriptors(250).fields()).ok());
}

TEST(EncodeSpec, RefusesMoreDescriptorsThanEvenASocketCarries) {
    const Result<Message> refused = encodeSpawn(withDescriptors(251).fields());
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().kind, ErrorKind::limitExceeded);
    EXPECT_EQ(refused.error().message,
              "fds: 253 descriptors, one request carries at most 252, and 15 besides the payload's");
}

TEST(EncodeSpec, RefusesMoreSourcesThanOneMessageCarries) {
    Spec spec = plain();
    for (int count = 0; count < 4; ++count) {
        spec.mount(BindDescriptor{0, "/b"}).mount(File{"/f", "", 0}).mount(BindFile{"/g", "", 0}).seccompFilter(0);
    }
    EXPECT_TRUE(encodeSpawn(spec.fields()).ok());
    spec.mount(File{"/f", "text"}).mount(BindFile{"/g", "text"});
    EXPECT_TRUE(encodeSpawn(spec.fields()).ok());
    spec.mount(File{"/f", "", 0});
    const Result<Message> refused = encodeSpawn(spec.fields());
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().kind, ErrorKind::limitExceeded);
}

TEST(EncodeSpec, SendsLongArgumentsAndEnvironmentsByMemfd) {
    const std::string text(70'000, 'x');
    EXPECT_EQ(encoded(Spec({"true", text})), R"("" [b"true"] [] ["argv-fd": <h fd>])");
    EXPECT_EQ(options(plain().environment({"A=" + text})), R"("env-fd": <h fd>)");
    EXPECT_EQ(encoded(Spec({text})), "\"\" [b\"" + text + "\"] [] []");
}

TEST(EncodeSpec, RefusesADescriptorThatIsNotOpen) {
    const int closed = ::dup(0);
    ::close(closed);
    const Result<Message> refused = encodeSpawn(plain().descriptor(3, closed).fields());
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().errorNumber, EBADF);
}

TEST(EncodeSpec, RefusesTextThatWouldMakeLibdbusAbort) {
    for (const Spec& spec : {plain().hostname("\xff"), plain().description(std::string("a\0b", 3)),
                             plain().profile("\xff"), plain().require("\xff"), plain().capabilities({"\xff"})}) {
        const Result<Message> refused = encodeSpawn(spec.fields());
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().kind, ErrorKind::invalidRequest);
    }
}

TEST(EncodeSpec, LeavesWhatTheDaemonJudgesToTheDaemon) {
    EXPECT_EQ(encoded(Spec({})), R"("" [] [] [])");
    EXPECT_TRUE(encodeSpawn(plain().bind("", "relative/../path").fields()).ok());
}

} // namespace
} // namespace sandboxd::client
