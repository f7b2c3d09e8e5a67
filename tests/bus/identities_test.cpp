// Whose ids and capabilities a payload has, and which Right each takes: namespace-root, host, nested user namespaces, a
// payload that is process 1.
#include "bus_test.hpp"

#include <csignal>
#include <cstdlib>

namespace sandboxd::bus_tests {
namespace {

// Gives these actions to whoever asks, while it is alive.
std::string allowing(const std::string& action) {
    return "if (action.id == \"org.sandboxd1." + action + "\") return polkit.Result.YES;";
}

class Identities : public BusTest {
protected:
    Ran run(const SpawnRequest& request) const {
        Line line;
        asUser(user_, [&] {
            Connection connection;
            const Ran ran = runShell(connection, request);
            line.say(ran.spawned.error);
            line.say(ran.spawned.errorMessage);
            line.say(ran.output);
            line.say(std::to_string(ran.ended.status));
        });
        Ran ran;
        ran.spawned.error = line.hear();
        ran.spawned.errorMessage = line.hear();
        ran.output = line.hear();
        ran.ended.status = std::stoi(line.hear());
        return ran;
    }

    std::string output(const SpawnRequest& request) const {
        const Ran ran = run(request);
        EXPECT_EQ(ran.spawned.error + ran.spawned.errorMessage, "");
        EXPECT_EQ(ran.ended.status, 0) << ran.output;
        return ran.output;
    }

    std::string error(const SpawnRequest& request) const { return run(request).spawned.error; }
};

SpawnRequest root(const std::string& script) {
    return shell(script).with("identity", text("namespace-root")).with("uid", number(0)).with("gid", number(0));
}

const std::string capabilitySets = "grep -E '^Cap(Inh|Prm|Eff|Bnd|Amb)' /proc/self/status | cut -f2 | sort -u";

class NamespaceRoot : public Identities {
protected:
    const Rules allowed_{allowing("spawn-namespace-root")};
};

TEST_F(Identities, CapabilitiesInsideNeedTheirRight) {
    EXPECT_EQ(error(root("true")), "InteractiveAuthorizationRequired");
}

TEST_F(Identities, NestedUserNamespacesNeedTheirRight) {
    EXPECT_EQ(error(shell("true").with("nested-userns", boolean(true))), "InteractiveAuthorizationRequired");
}

TEST_F(Identities, CapabilitiesContradictAnIdentityWithoutAny) {
    EXPECT_EQ(error(shell("true").with("capabilities", strings({"CAP_SYS_ADMIN"}))), "ConflictingOptions");
    EXPECT_EQ(error(shell("true").with("identity", text("host")).with("capabilities", strings({"CAP_KILL"}))),
              "ConflictingOptions");
}

TEST_F(Identities, WhatIsNoCapabilityIsNamed) {
    const Ran ran = run(root("true").with("capabilities", strings({"CAP_SYS_ADMIN", "CAP_NONE"})));
    EXPECT_EQ(ran.spawned.error, "InvalidOption");
    EXPECT_EQ(ran.spawned.errorMessage, "capabilities: \"CAP_NONE\" is no capability");
}

TEST_F(NamespaceRoot, HasAllCapabilitiesOverItsOwnNamespaces) {
    EXPECT_EQ(output(root("id -u; mount -t tmpfs none /tmp && touch /tmp/made && ls /tmp; hostname other && hostname")),
              "0\nmade\nother\n");
}

TEST_F(NamespaceRoot, HasThoseThatAreNamedAndNoOther) {
    // Those of root do not pass by the inheritable and the ambient set.
    EXPECT_EQ(output(root(capabilitySets).with("capabilities", strings({"CAP_NET_RAW", "CAP_CHOWN"}))),
              "0000000000000000\n0000000000002001\n");
    EXPECT_EQ(output(root(capabilitySets).with("capabilities", strings({}))), "0000000000000000\n");
}

TEST_F(NamespaceRoot, KeepsThemWithAnotherUidAsWell) {
    const SpawnRequest request = shell("id -u; " + capabilitySets)
                                     .with("identity", text("namespace-root"))
                                     .with("capabilities", strings({"CAP_NET_RAW"}));
    EXPECT_EQ(output(request), std::to_string(user_.uid) + "\n0000000000002000\n");
}

TEST_F(NamespaceRoot, CannotUndoWhatTheMountsForbid) {
    const std::string script = "mount -o remount,rw,bind /usr 2>/dev/null; echo $?; umount /usr 2>/dev/null; echo $?; "
                               "touch /usr/made 2>&1 | grep -c Read-only; "
                               "mount -o remount,bind,ro,dev,suid /usr 2>/dev/null; echo $?";
    EXPECT_EQ(output(root(script)), "32\n32\n1\n32\n");
}

TEST_F(NamespaceRoot, OwnsItsNetworkAndSeesItsOwnPids) {
    EXPECT_EQ(output(root("ip link set lo down && ip link set lo up && echo up; set -- /proc/[0-9]*; echo $#")
                         .with("network", text("loopback"))),
              "up\n2\n");
}

TEST_F(NamespaceRoot, MakesNoUserNamespace) {
    EXPECT_EQ(
        output(root("unshare -U true 2>&1 | grep -c 'No space left\\|not permitted'; unshare -m true && echo made")
                   .with("seccomp", text("minimal"))),
        "1\nmade\n");
}

TEST_F(NamespaceRoot, IsHeldFromItByTheDefaultFilterToo) {
    EXPECT_EQ(output(root("unshare -U true 2>&1 | grep -c 'not permitted'")), "1\n");
}

TEST_F(NamespaceRoot, SeesMessageQueuesAndSysfsOfItsOwn) {
    const std::string script = "ls -A /mq; ls /sys/class/net; readlink /proc/self/ns/ipc >/dev/null && echo own";
    EXPECT_EQ(output(root(script)
                         .mounting({"mqueue", {{"target", bytes("/mq")}}})
                         .mounting({"sysfs", {{"target", bytes("/sys")}}})),
              "lo\nown\n");
}

TEST_F(NamespaceRoot, CanShareTheCallersPids) {
    Line line;
    const std::string look = "kill -0 $0 && echo seen";
    asUser(user_, [&] {
        Connection connection;
        SpawnRequest request = root(look).with("namespaces", strings({"mount", "ipc", "uts", "cgroup"}));
        request.argv.push_back(std::to_string(::getpid()));
        line.say(runShell(connection, request).output);
    });
    EXPECT_EQ(line.hear(), "seen\n");
}

TEST_F(NamespaceRoot, FailsAsOthersDo) {
    const Ran ran = run(root("true").with("cwd", bytes("/no/such")));
    EXPECT_EQ(ran.spawned.error, "SetupFailed");
    const Ran missing = run(root("true").mounting(bindReadOnly("/no/such", "/x")));
    EXPECT_EQ(missing.spawned.error, "SetupFailed") << missing.spawned.errorMessage;
}

TEST_F(NamespaceRoot, IsNotAlsoProcessOneUnlessAsked) {
    EXPECT_EQ(output(root("[ $$ -gt 1 ] && echo another")), "another\n");
    EXPECT_EQ(output(root("echo $$; mount -t tmpfs none /tmp && echo mounted").with("init", boolean(false))),
              "1\nmounted\n");
}

class Nesting : public Identities {
protected:
    const Rules allowed_{allowing("spawn-nested-userns")};
};

TEST_F(Nesting, LetsAPayloadMakeUserNamespaces) {
    const std::string script = "unshare -Urm sh -c 'mount -t tmpfs none /tmp && id -u && echo mounted'";
    EXPECT_EQ(output(shell(script).with("nested-userns", boolean(true))), "0\nmounted\n");
}

TEST_F(Nesting, LeavesThePayloadItselfWithoutCapabilities) {
    EXPECT_EQ(output(shell(capabilitySets).with("nested-userns", boolean(true))), "0000000000000000\n");
}

TEST_F(Nesting, DoesNotUndoReadOnlyMounts) {
    const std::string script = "unshare -Urm sh -c 'mount -o remount,rw,bind /usr 2>/dev/null; echo $?'";
    EXPECT_EQ(output(shell(script).with("nested-userns", boolean(true))), "32\n");
}

SpawnRequest host(const std::string& script) {
    return shell(script).with("identity", text("host"));
}

TEST_F(Identities, HostHasTheCallersIdsAsTheyAreOutside) {
    EXPECT_EQ(output(host("id -u; tr -s ' ' < /proc/self/uid_map; stat -c %u /usr; " + capabilitySets)),
              std::to_string(user_.uid) + "\n 0 0 4294967295\n0\n0000000000000000\n");
}

TEST_F(Identities, HostMakesNoUserNamespace) {
    EXPECT_EQ(output(host("unshare -U true 2>&1 | grep -c 'not permitted'")), "1\n");
}

// Each of these would reach the caller's other processes, which have the same ids: by a descriptor that names one, by
// its memory, by tracing, by its keys, by its namespaces, or by capabilities of a namespace of one's own.
const std::string reach = R"(python3 -c '
import ctypes, errno
calls = {"pidfd_getfd": (438, 0, 0, 0), "process_vm_readv": (310, 1, 0, 0), "process_vm_writev": (311, 1, 0, 0),
         "ptrace": (101, 16, 1, 0), "kcmp": (312, 1, 1, 0), "keyctl": (250, 0, 0, 0), "add_key": (248, 0, 0, 0),
         "request_key": (249, 0, 0, 0), "setns": (308, 0, 0, 0), "unshare": (272, 0x10000000, 0, 0),
         "clone": (56, 0x10000000, 0, 0), "clone3": (435, 0, 0, 0)}
libc = ctypes.CDLL(None, use_errno=True)
for name, arguments in calls.items():
    if libc.syscall(*arguments) != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
        print(name, ctypes.get_errno())
print("tried", len(calls))')";

TEST_F(Identities, HostReachesNoOtherProcess) {
    EXPECT_EQ(output(host(reach)), "tried 12\n");
    EXPECT_EQ(output(host(reach).with("seccomp", text("strict"))), "tried 12\n");
    const Rules rules(allowing("spawn-unfiltered"));
    EXPECT_EQ(output(host(reach).with("seccomp", text("minimal"))), "tried 12\n");
}

TEST_F(Identities, HostContradictsWhatWouldLeaveItUnprotected) {
    const std::pair<const char*, SpawnRequest> contradictions[] = {
        {"pid", host("true").with("namespaces", strings({"mount", "ipc"}))},
        {"uid", host("true").with("uid", number(0))},
        {"gid", host("true").with("gid-map", idMap({{0, user_.gid, 1}}))},
        {"seccomp", host("true").with("seccomp", text("off"))},
        {"nested-userns", host("true").with("nested-userns", boolean(true))},
        {"init", host("true").with("init", boolean(false))},
    };
    for (const auto& [what, request] : contradictions) {
        EXPECT_EQ(error(request), "ConflictingOptions") << what;
    }
}

TEST_F(Identities, HostWithLessOfAFilterNeedsItsRight) {
    EXPECT_EQ(error(host("true").with("seccomp", text("minimal"))), "InteractiveAuthorizationRequired");
    EXPECT_EQ(error(host("true").with("seccomp", text("strict"))), "");
    const Rules rules(allowing("spawn-unfiltered"));
    EXPECT_EQ(output(host("unshare -U true 2>&1 | grep -c 'not permitted'").with("seccomp", text("minimal"))), "1\n");
}

TEST_F(Identities, APayloadCanBeProcessOne) {
    EXPECT_EQ(
        output(shell("echo $$; set -- /proc/[0-9]*; echo $#; id -u; " + capabilitySets).with("init", boolean(false))),
        "1\n1\n" + std::to_string(user_.uid) + "\n0000000000000000\n");
}

TEST_F(Identities, ProcessOneEndsAsItDoes) {
    EXPECT_EQ(run(shell("exit 7").with("init", boolean(false))).ended.status, 7);
    EXPECT_EQ(error(program({"/no/such"}).with("init", boolean(false))), "ExecFailed");
}

TEST_F(Identities, ProcessOneNeedsAPidNamespaceAndHoldsNothing) {
    Pipe pipe;
    EXPECT_EQ(error(shell("true").with("init", boolean(false)).with("namespaces", strings({"mount"}))),
              "ConflictingOptions");
    EXPECT_EQ(error(shell("true").with("init", boolean(false)).with("sync-fd", descriptor(pipe.readEnd.get()))),
              "ConflictingOptions");
    EXPECT_EQ(
        error(shell("true").with("init", boolean(false)).mounting({"lock-file", {{"target", bytes("/etc/passwd")}}})),
        "ConflictingOptions");
}

TEST_F(Identities, SettingsOfProcessOneAreTheCallers) {
    EXPECT_EQ(output(shell("ulimit -n; umask; nice").with("init", boolean(false))),
              output(shell("ulimit -n; umask; nice")));
}

} // namespace
} // namespace sandboxd::bus_tests
