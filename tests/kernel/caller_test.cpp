// Callers that are confined: the facts say so, and those whose ids, pids or paths mean something else are not served.
#include "kernel_test.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sandboxd::kernel_test {

namespace {

using CallerTest = KernelTest;
using wire::SetupStep;

void must(bool done) {
    if (!done) {
        ::_exit(97);
    }
}

std::uint32_t confinementOf(const SpawnerProcess& spawner, const CallerProcess& caller) {
    const SandboxClient client(spawner, caller);
    EXPECT_EQ(client.error(), 0);
    EXPECT_EQ(client.facts().error, 0);
    return client.facts().confinement;
}

void expectNotServed(const SpawnerProcess& spawner, const CallerProcess& caller) {
    SandboxClient client(spawner, caller);
    EXPECT_EQ(client.launch(ordinaryPlan()).step, SetupStep::probe);
    EXPECT_EQ(client.report().error, ESTALE);
    EXPECT_TRUE(reachesEnd(client.control()));
}

void becomeUncapable() {
    must(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
}

void filterItself() {
    becomeUncapable();
    sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog program{1, allow};
    must(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

// Half of what this process has, or a value that no other has; soft ones below hard ones.
void takeOwnLimits() {
    for (int resource = 0; resource < RLIM_NLIMITS; ++resource) {
        rlimit limit{};
        must(::getrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0);
        const rlim_t distinct = (rlim_t{1} << 40U) + static_cast<rlim_t>(resource) * 65536;
        limit.rlim_max = limit.rlim_max == RLIM_INFINITY ? distinct : limit.rlim_max / 2;
        limit.rlim_cur = limit.rlim_max / 2;
        must(::setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0);
    }
}

std::string readFile(const std::string& path) {
    std::ostringstream content;
    content << std::ifstream(path).rdbuf();
    return content.str();
}

// Name to "soft hard" of a limits file, whose columns have fixed widths.
std::map<std::string, std::string> limitsIn(const std::string& file) {
    std::map<std::string, std::string> limits;
    std::istringstream lines(file);
    std::string line;
    std::getline(lines, line); // the headings
    while (std::getline(lines, line)) {
        std::string soft;
        std::string hard;
        std::istringstream(line.substr(26)) >> soft >> hard;
        limits[line.substr(0, line.find_last_not_of(' ', 25) + 1)] = soft + " " + hard;
    }
    return limits;
}

} // namespace

TEST_F(CallerTest, AnOrdinaryCallerIsNotConfined) {
    const CallerProcess caller;
    const SandboxClient client(spawner(), caller);
    EXPECT_EQ(client.facts().confinement, 0U);
    EXPECT_EQ(client.facts().gid, callerGid);
    EXPECT_EQ(client.facts().seccompMode, 0U);
    EXPECT_GT(client.facts().startTimeTicks, 0U);
}

TEST_F(CallerTest, S60_ACallerInAnotherUserNamespaceIsNotServed) {
    const CallerProcess caller({}, [] { must(::unshare(CLONE_NEWUSER) == 0); });
    EXPECT_EQ(confinementOf(spawner(), caller), wire::confinedByUserNamespace);
    expectNotServed(spawner(), caller);
}

TEST_F(CallerTest, S60_ACallerInAChrootIsReportedAndSeenInItsOwnRoot) {
    const CallerProcess caller([] { must(::chroot("/usr") == 0 && ::chdir("/bin") == 0); });
    EXPECT_EQ(confinementOf(spawner(), caller), wire::confinedByRoot);
    PlanBlock plan(callerUid, callerGid);
    plan.bindReadOnly("/bin").bindReadOnly("/lib").bindReadOnly("/lib64").program = "/bin/ls";
    plan.arguments = {"ls", "/"};
    const Outcome result = run(spawner(), caller, plan);
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, "bin\nlib\nlib64\n");
}

TEST_F(CallerTest, S60_ACallerInAChrootReachesNothingOutside) {
    const CallerProcess caller([] { must(::chroot("/usr") == 0 && ::chdir("/bin") == 0); });
    for (const std::string source : {"/usr", "/proc", "/../proc", "/bin/../../proc"}) {
        PlanBlock plan(callerUid, callerGid);
        plan.add({wire::MountKind::bind, "/x", source, wire::mountRecursive});
        SandboxClient client(spawner(), caller);
        EXPECT_EQ(client.launch(plan).step, SetupStep::source) << source;
        EXPECT_EQ(client.report().error, ENOENT) << source;
    }
}

TEST_F(CallerTest, S60_RelativePathsOfACallerInAChrootBeginWhereItStands) {
    const CallerProcess caller([] { must(::chroot("/usr") == 0 && ::chdir("/share") == 0); });
    PlanBlock plan(callerUid, callerGid);
    plan.bindReadOnly("/bin").bindReadOnly("/lib").bindReadOnly("/lib64").program = "/bin/ls";
    plan.add({wire::MountKind::bind, "/x/here", "dpkg", wire::mountRecursive});
    plan.add({wire::MountKind::bind, "/x/up", "../../bin", wire::mountRecursive}); // no further up than its root
    plan.arguments = {"ls", "-d", "/x/here/cputable", "/x/up/ls"};
    const Outcome result = run(spawner(), caller, plan);
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, "/x/here/cputable\n/x/up/ls\n");
}

// What it had open before, say: the place is not in the view that is its own.
TEST_F(CallerTest, S60_RelativePathsOfACallerOutsideOfItsChrootLeadNowhere) {
    for (const std::string place : {"/", "/etc"}) {
        const CallerProcess caller([&] { must(::chdir(place.c_str()) == 0 && ::chroot("/usr") == 0); });
        PlanBlock plan(callerUid, callerGid);
        plan.add({wire::MountKind::bind, "/x", "passwd", wire::mountRecursive});
        SandboxClient client(spawner(), caller);
        EXPECT_EQ(client.launch(plan).step, SetupStep::source) << place;
        EXPECT_EQ(client.report().error, EACCES) << place;
    }
}

TEST_F(CallerTest, S60_RelativePathsOfACallerInAChrootNeverBeginAtAnotherDirectory) {
    const std::string place = callerDirectory("chrooted");
    std::filesystem::create_directories(place + "/here/inside");
    const CallerProcess caller([&] {
        must(::unshare(CLONE_NEWNS) == 0 && ::chdir((place + "/here").c_str()) == 0 && ::chroot(place.c_str()) == 0 &&
             ::mount("none", "/here", "tmpfs", 0, "mode=0755") == 0 && ::mkdir("/here/inside", 0755) == 0);
    });
    PlanBlock plan(callerUid, callerGid);
    plan.add({wire::MountKind::bind, "/x", "inside", wire::mountRecursive});
    SandboxClient client(spawner(), caller);
    EXPECT_EQ(client.launch(plan).step, SetupStep::source);
    EXPECT_EQ(client.report().error, EACCES) << "what lies on its directory is not that";
}

TEST_F(CallerTest, ACallerWithACapabilityIsNotServed) {
    const CallerProcess caller([] { must(::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0); });
    EXPECT_EQ(confinementOf(spawner(), caller), wire::confinedByPrivilege);
    expectNotServed(spawner(), caller);
}

TEST_F(CallerTest, ACallerThatIsNotDumpableIsNotServed) {
    const CallerProcess caller({}, [] { must(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0); });
    EXPECT_EQ(confinementOf(spawner(), caller), wire::confinedByPrivilege);
    expectNotServed(spawner(), caller);
}

TEST_F(CallerTest, ACallerInAnotherMountNamespaceIsReportedAndSeenInItsOwn) {
    const std::string directory = callerDirectory("view");
    const CallerProcess caller([&] {
        must(::unshare(CLONE_NEWNS) == 0 && ::mount("none", directory.c_str(), "tmpfs", 0, "mode=0755") == 0 &&
             ::mkdir((directory + "/own").c_str(), 0755) == 0);
    });
    EXPECT_EQ(confinementOf(spawner(), caller), wire::confinedByMountNamespace);
    PlanBlock plan = ordinaryPlan();
    plan.add({wire::MountKind::bind, "/view", directory, wire::mountRecursive});
    const Outcome result = run(spawner(), caller, plan.run({"ls", "/view"}));
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, "own\n");
}

TEST_F(CallerTest, S62_NoNewPrivilegesAndSeccompAreReported) {
    const CallerProcess locked({}, becomeUncapable);
    EXPECT_EQ(confinementOf(spawner(), locked), wire::confinedByNoNewPrivileges);
    const CallerProcess filtered({}, filterItself);
    EXPECT_EQ(confinementOf(spawner(), filtered), wire::confinedByNoNewPrivileges | wire::confinedBySeccomp);
}

TEST_F(CallerTest, ThePayloadHasAllOfTheCallersLimits) {
    const CallerProcess caller(takeOwnLimits);
    const Outcome result = run(spawner(), caller, ordinaryPlan().run({"cat", "/proc/self/limits"}));
    ASSERT_EQ(result.report.error, 0);
    std::map<std::string, std::string> expected =
        limitsIn(readFile("/proc/" + std::to_string(caller.pid()) + "/limits"));
    EXPECT_NE(expected, limitsIn(readFile("/proc/self/limits")));
    EXPECT_EQ(expected.size(), 16U);
    // The one that is smaller: nothing of a sandbox writes a core file (1 byte also keeps it from a handler's pipe).
    expected["Max core file size"] = "1 1";
    EXPECT_EQ(limitsIn(result.output), expected);
}

TEST_F(CallerTest, ThePayloadHasTheCallersUmaskAndPriorities) {
    const CallerProcess caller(
        [] {
            must(::setpriority(PRIO_PROCESS, 0, 5) == 0);
            ::umask(027);
        },
        [] { std::ofstream("/proc/self/oom_score_adj") << 300; });
    PlanBlock plan = ordinaryPlan();
    plan.run({"sh", "-c", "umask; nice; cat /proc/self/oom_score_adj"});
    const Outcome result = run(spawner(), caller, plan);
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, "0027\n5\n300\n");
}

// What ps and the like show of a process that `caller` is, and of the payload of such a one.
std::string contextIn(const std::string& status, const std::string& stat) {
    std::string context;
    std::istringstream lines(status);
    for (std::string line; std::getline(lines, line);) {
        const std::string key = line.substr(0, line.find(':'));
        if (key == "SigBlk" || key == "SigIgn" || key == "Cpus_allowed" || key == "Umask") {
            context += line + "\n";
        }
    }
    std::istringstream fields(stat.substr(stat.rfind(')') + 2)); // from the third on
    int number = 3;
    for (std::string field; fields >> field; ++number) {
        if (number == 19 || number == 40 || number == 41) { // nice, rt_priority, policy
            context += std::to_string(number) + "=" + field + "\n";
        }
    }
    return context;
}

void takeOddContext() {
    cpu_set_t one;
    CPU_ZERO(&one);
    must(::sched_getaffinity(0, sizeof one, &one) == 0);
    int kept = 0;
    for (std::size_t processor = 0; processor < CPU_SETSIZE; ++processor) {
        if (CPU_ISSET(processor, &one) && kept++ > 0) {
            CPU_CLR(processor, &one);
        }
    }
    const sched_param none{};
    must(::sched_setaffinity(0, sizeof one, &one) == 0 && ::sched_setscheduler(0, SCHED_BATCH, &none) == 0);
    must(::setpriority(PRIO_PROCESS, 0, 7) == 0 && ::syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 6) == 0);
    ::umask(031);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigaddset(&blocked, SIGRTMAX);
    must(::sigprocmask(SIG_SETMASK, &blocked, nullptr) == 0);
    must(::signal(SIGPIPE, SIG_IGN) != SIG_ERR && ::signal(SIGUSR2, SIG_IGN) != SIG_ERR);
}

TEST_F(CallerTest, S84_ThePayloadIsScheduledAndSignalledAsTheCallerIs) {
    const CallerProcess caller(takeOddContext);
    const std::string directory = "/proc/" + std::to_string(caller.pid());
    const std::string expected = contextIn(readFile(directory + "/status"), readFile(directory + "/stat"));
    PlanBlock plan = ordinaryPlan();
    const Outcome status = run(spawner(), caller, plan.run({"cat", "/proc/self/status"}));
    const Outcome stat = run(spawner(), caller, plan.run({"cat", "/proc/self/stat"}));
    EXPECT_EQ(contextIn(status.output, stat.output), expected);
    EXPECT_NE(contextIn(readFile("/proc/self/status"), readFile("/proc/self/stat")), expected);
}

// A spawner that a careless service manager started.
std::unique_ptr<SpawnerProcess> startOddSpawner() {
    const mode_t mask = ::umask(0);
    const int persona = ::personality(ADDR_NO_RANDOMIZE | UNAME26);
    const auto pipes = ::signal(SIGPIPE, SIG_IGN);
    auto spawner = std::make_unique<SpawnerProcess>();
    ::signal(SIGPIPE, pipes);
    ::personality(static_cast<unsigned long>(persona));
    ::umask(mask);
    return spawner;
}

TEST_F(CallerTest, S84_OddStateOfTheServicesIsNotThePayloads) {
    const CallerProcess caller([] {
        ::umask(022);
        for (int signal = 1; signal < NSIG; ++signal) {
            ::signal(signal, SIG_DFL); // whatever started the tests
        }
    });
    const auto odd = startOddSpawner();
    const Outcome result = run(*odd, caller,
                               ordinaryPlan().run({"grep", "-hE", "^(Umask|SigIgn|SigBlk):|^[0-9a-f]{8}$",
                                                   "/proc/self/status", "/proc/self/personality"}));
    EXPECT_EQ(result.output, "Umask:\t0022\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n00000000\n");
}

TEST_F(CallerTest, S84_ThePayloadHasThePersonalityThatItsCallerSays) {
    const CallerProcess caller([] {});
    PlanBlock plan = ordinaryPlan();
    plan.header.personality = 0x0040008; // PER_LINUX32, ADDR_NO_RANDOMIZE
    EXPECT_EQ(run(spawner(), caller, plan.run({"cat", "/proc/self/personality"})).output, "00040008\n");
}

TEST_F(CallerTest, S84_ThePayloadsInputAndOutputIsRankedAsTheCallers) {
    const CallerProcess caller(takeOddContext);
    EXPECT_EQ(run(spawner(), caller, ordinaryPlan().run({"ionice"})).output, "best-effort: prio 6\n");
}

TEST_F(CallerTest, S84_ThePayloadIsAuditedAsTheCallersLogin) {
    const std::string login = std::to_string(callerUid);
    const CallerProcess caller([] { must(bool(std::ofstream("/proc/self/loginuid") << callerUid << std::flush)); });
    EXPECT_EQ(run(spawner(), caller, ordinaryPlan().run({"cat", "/proc/self/loginuid"})).output, login);
    PlanBlock first = ordinaryPlan();
    first.header.process |= wire::processIsFirst;
    EXPECT_EQ(run(spawner(), caller, first.run({"cat", "/proc/self/loginuid"})).output, login);
}

// 0 would do where cores are files: for a pipe, core(5), only 1 means none.
TEST_F(CallerTest, S76_ThePayloadsCoreLimitKeepsTheHandlerAway) {
    const CallerProcess caller([] {
        const rlimit cores{0, RLIM_INFINITY};
        must(::setrlimit(RLIMIT_CORE, &cores) == 0);
    });
    PlanBlock plan = ordinaryPlan();
    plan.run({"grep", "core file", "/proc/self/limits"});
    const Outcome result = run(spawner(), caller, plan);
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output, "Max core file size        1                    1                    bytes     \n");
}

TEST_F(CallerTest, NamespacesThatAreNotNewAreTheCallers) {
    const CallerProcess caller([] {
        must(::unshare(CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWIPC) == 0 && ::sethostname("of-the-caller", 13) == 0);
    });
    PlanBlock plan = ordinaryPlan();
    plan.header.namespaces = wire::unsharePid | wire::unshareCgroup;
    plan.header.network = static_cast<std::uint32_t>(wire::Network::host);
    const Outcome result =
        run(spawner(), caller, plan.run({"sh", "-c", "cat /proc/sys/kernel/hostname; tail -n +3 /proc/net/dev"}));
    ASSERT_EQ(result.report.error, 0);
    EXPECT_EQ(result.output.rfind("of-the-caller\n", 0), 0U) << result.output;
    EXPECT_EQ(result.output.find("eth"), std::string::npos) << result.output;
}

} // namespace sandboxd::kernel_test
