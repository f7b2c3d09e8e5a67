// The filters that a request chooses and those that it brings, with programs that need what they refuse.
#include "bus_test.hpp"
#include "descriptor_list.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <fstream>

namespace sandboxd::bus_tests {
namespace {

struct Expected {
    int code = CLD_EXITED;
    int status = 0;
    std::string output; // holds this
};

class Seccomp : public BusTest {
protected:
    void expectUnder(const std::string& kind, SpawnRequest request, const Expected& expected) const {
        asUser(user_, [&] {
            Connection connection;
            Ran ran = runShell(connection, request.with("seccomp", text(kind)));
            ASSERT_EQ(ran.spawned.error, "") << ran.spawned.errorMessage;
            EXPECT_EQ(ran.spawned.results["seccomp"], kind);
            EXPECT_EQ(ran.ended.code, expected.code) << kind << "\n" << ran.output;
            EXPECT_EQ(ran.ended.status, expected.status) << kind << "\n" << ran.output;
            EXPECT_NE(ran.output.find(expected.output), std::string::npos) << kind << "\n" << ran.output;
        });
    }
};

UniqueFd holding(const std::vector<sock_filter>& program) {
    UniqueFd file(memfd_create("filter", MFD_CLOEXEC));
    must(static_cast<int>(write(file.get(), program.data(), program.size() * sizeof(sock_filter))), "write a filter");
    must(static_cast<int>(lseek(file.get(), 0, SEEK_SET)), "rewind a filter");
    return file;
}

std::vector<sock_filter> refuse(long call, int error) {
    return {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
}

TEST_F(Seccomp, ADebuggerRunsUnderMinimalAndOff) {
    for (const char* kind : {"minimal", "off"}) {
        expectUnder(kind, shell("HOME=/tmp gdb -nx -batch -ex run /bin/true 2>&1"), {.output = "exited normally"});
    }
}

TEST_F(Seccomp, ATracerRunsUnderMinimalAndNotUnderStrict) {
    const std::string script =
        "strace -f -o /tmp/trace sh -c true 2>/dev/null; echo $(grep -c execve /tmp/trace) calls";
    expectUnder("minimal", shell(script), {.output = "1 calls\n"});
    expectUnder("strict", shell(script), {.output = "0 calls\n"});
}

#if defined(__x86_64__)
// ELF for i386: exits with the errno of ioctl(0, TIOCSTI, 0), and nothing else.
std::string thirtyTwoBitProgram() {
    const unsigned char bytes[] = {
        0x7f, 'E', 'L', 'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,       // 32 bits, little endian
        2, 0, 3, 0, 1, 0, 0, 0, 0x54, 0x80, 0x04, 0x08, 52, 0, 0, 0,   // executable, i386, entry,
                                                                       // program headers
        0, 0, 0, 0, 0, 0, 0, 0, 52, 0, 32, 0, 1, 0, 0, 0, 0, 0, 0, 0,  // one of them
        1, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x80, 0x04, 0x08, 0, 0x80, 4, 8, // load it all
        0x80, 0, 0, 0, 0x80, 0, 0, 0, 5, 0, 0, 0, 0, 0x10, 0, 0,       // readable, executable
        0xb8, 54, 0, 0, 0,                                             // mov eax, ioctl
        0x31, 0xdb,                                                    // xor ebx, ebx
        0xb9, 0x12, 0x54, 0, 0,                                        // mov ecx, TIOCSTI
        0x31, 0xd2,                                                    // xor edx, edx
        0xcd, 0x80,                                                    // int 0x80
        0xf7, 0xd8,                                                    // neg eax
        0x89, 0xc3,                                                    // mov ebx, eax
        0xb8, 1, 0, 0, 0,                                              // mov eax, exit
        0xcd, 0x80,                                                    // int 0x80
    };
    std::string program(reinterpret_cast<const char*>(bytes), sizeof bytes);
    program.resize(0x80);
    return program;
}

TEST_F(Seccomp, S34_S89_AThirtyTwoBitProgramRunsUnderMinimalAndIsFilteredThere) {
    const std::string path = user_.home + "/program";
    asUser(user_, [&] {
        std::ofstream(path, std::ios::binary) << thirtyTwoBitProgram();
        must(chmod(path.c_str(), 0755), "chmod");
    });
    const auto request = [&] { return program({"/program"}).mounting(bindReadOnly(path, "/program")); };
    expectUnder("off", request(), {.status = ENOTTY});
    expectUnder("minimal", request(), {.status = EPERM});
    expectUnder("default", request(), {.code = CLD_KILLED, .status = SIGSYS});
    expectUnder("strict", request(), {.code = CLD_KILLED, .status = SIGSYS});
}
#endif

TEST_F(Seccomp, WithoutAFilterNoNewPrivilegesStays) {
    expectUnder("off", shell("grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status"),
                {.output = "NoNewPrivs:\t1\nSeccomp:\t0\n"});
}

TEST_F(Seccomp, TheCallersOwnFiltersComeOnTop) {
    asUser(user_, [] {
        Connection connection;
        const UniqueFd first = holding(refuse(SYS_mkdir, EDOM));
        const UniqueFd second = holding(refuse(SYS_symlink, EXDEV));
        SpawnRequest request =
            shell("mkdir /tmp/a 2>&1; ln -s a /tmp/b 2>&1; grep ^Seccomp_filters: /proc/self/status");
        request.with("seccomp-fds", descriptors({first.get(), second.get()}));
        const std::string output = runShell(connection, request).output;
        EXPECT_NE(output.find(strerror(EDOM)), std::string::npos) << output;
        EXPECT_NE(output.find("\t3\n"), std::string::npos) << output;
    });
}

TEST_F(Seccomp, ABadFilterIsNamedByItsPosition) {
    asUser(user_, [] {
        Connection connection;
        const UniqueFd empty = holding({});
        const UniqueFd endless = holding({BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0)});
        for (const int bad : {empty.get(), endless.get()}) {
            const UniqueFd good = holding({BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)});
            const Spawned spawned =
                connection.spawn(program({"/bin/true"}).with("seccomp-fds", descriptors({good.get(), bad})));
            EXPECT_EQ(spawned.error, "InvalidOption");
            EXPECT_EQ(spawned.errorMessage.rfind("seccomp-fds: filter 1 ", 0), 0U) << spawned.errorMessage;
        }
    });
}

} // namespace
} // namespace sandboxd::bus_tests
