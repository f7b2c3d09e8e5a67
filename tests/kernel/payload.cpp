// What runs inside the sandboxes of these tests where a shell does not do: one named subcommand each, results on stdout
// as "name=errno" (0: it worked, which most of them must not). Static, so that it needs nothing of the sandbox.
#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

void tell(const char* name, long result) {
    std::printf("%s=%d\n", name, result < 0 ? errno : 0);
}

long cloneWith(unsigned long flags) {
    const long pid = ::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (pid == 0) {
        ::_exit(0);
    }
    return pid;
}

long clone3With(unsigned long long flags) {
    clone_args arguments{};
    arguments.flags = flags;
    arguments.exit_signal = SIGCHLD;
    const long pid = ::syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0) {
        ::_exit(0);
    }
    return pid;
}

int nested() {
    tell("unshare", ::unshare(CLONE_NEWUSER));
    tell("clone", cloneWith(CLONE_NEWUSER));
    tell("clone3", clone3With(CLONE_NEWUSER));
    tell("unshare_mount", ::unshare(CLONE_NEWNS));
    tell("setns", ::setns(::open("/proc/self/ns/user", O_RDONLY), CLONE_NEWUSER));
    tell("setns_mount", ::setns(::open("/proc/self/ns/mnt", O_RDONLY), CLONE_NEWNS));
    tell("limit", ::open("/proc/sys/user/max_user_namespaces", O_WRONLY));
    return 0;
}

void reachFor(pid_t pid) {
    char byte = 0;
    iovec local{&byte, 1};
    iovec remote{reinterpret_cast<void*>(0x400000), 1};
    const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    for (const char* file : {"mem", "environ", "fd/0", "maps", "root", "cwd", "exe"}) {
        const std::string path = "/proc/" + std::to_string(pid) + "/" + file;
        tell(file, std::string(file) == "mem" ? ::open(path.c_str(), O_RDWR) : ::open(path.c_str(), O_RDONLY));
    }
    tell("seize", ::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr));
    tell("attach", ::ptrace(PTRACE_ATTACH, pid, nullptr, nullptr));
    tell("vm_readv", ::process_vm_readv(pid, &local, 1, &remote, 1, 0));
    tell("pidfd_getfd", ::syscall(SYS_pidfd_getfd, pidfd, 0, 0));
}

int attackInit() {
    reachFor(1);
    ::kill(1, SIGKILL);
    ::kill(1, SIGSTOP);
    tell("alive", ::kill(1, 0));
    return 0;
}

int attack(pid_t pid) {
    reachFor(pid);
    tell("setns", ::setns(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)), CLONE_NEWNS));
    tell("signal", ::kill(pid, 0));
    return 0;
}

int mounts() {
    tell("mount", ::mount("none", "/tmp", "tmpfs", 0, nullptr));
    tell("bind", ::mount("/usr", "/tmp", nullptr, MS_BIND, nullptr));
    tell("remount", ::mount(nullptr, "/usr", nullptr, MS_REMOUNT | MS_BIND, nullptr));
    tell("umount", ::umount2("/usr", MNT_DETACH));
    tell("pivot_root", ::syscall(SYS_pivot_root, "/tmp", "/tmp"));
    tell("open_tree", ::syscall(SYS_open_tree, AT_FDCWD, "/usr", OPEN_TREE_CLONE));
    tell("fsopen", ::syscall(SYS_fsopen, "tmpfs", 0));
    tell("move_mount", ::syscall(SYS_move_mount, AT_FDCWD, "/usr", AT_FDCWD, "/tmp", 0));
    mount_attr attributes{};
    attributes.attr_clr = MOUNT_ATTR_RDONLY;
    tell("mount_setattr", ::syscall(SYS_mount_setattr, AT_FDCWD, "/usr", 0, &attributes, sizeof attributes));
    tell("chroot", ::chroot("/tmp"));
    return 0;
}

void change(const char* name, std::uint64_t set, std::uint64_t clear) {
    mount_attr attributes{};
    attributes.attr_set = set;
    attributes.attr_clr = clear;
    tell(name, ::syscall(SYS_mount_setattr, AT_FDCWD, "/usr", 0, &attributes, sizeof attributes));
}

// What a root of its own namespaces would do to a mount that another one made: /usr, read-only.
int unlock() {
    tell("tmpfs", ::mount("none", "/tmp", "tmpfs", 0, nullptr)); // its own works
    tell("own_unshare", ::unshare(CLONE_NEWNS));
    constexpr unsigned long bind = MS_REMOUNT | MS_BIND;
    tell("writable", ::mount(nullptr, "/usr", nullptr, bind | MS_NOSUID | MS_NODEV, nullptr));
    tell("setuid", ::mount(nullptr, "/usr", nullptr, bind | MS_RDONLY | MS_NODEV, nullptr));
    tell("devices", ::mount(nullptr, "/usr", nullptr, bind | MS_RDONLY | MS_NOSUID, nullptr));
    tell("umount", ::umount2("/usr", MNT_DETACH));
    tell("umount_proc", ::umount2("/proc", MNT_DETACH));
    change("set_writable", 0, MOUNT_ATTR_RDONLY);
    change("set_setuid", 0, MOUNT_ATTR_NOSUID);
    change("set_devices", 0, MOUNT_ATTR_NODEV);
    change("idmap", MOUNT_ATTR_IDMAP, 0);
    const auto root = static_cast<int>(::syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE));
    tell("below", root); // would show what the mounts hide
    tell("create", ::open("/usr/made", O_WRONLY | O_CREAT | O_EXCL, 0644));
    return 0;
}

// With capabilities over this user namespace, its limits included.
int nestedAsRoot() {
    const int limit = ::open("/proc/sys/user/max_user_namespaces", O_WRONLY);
    static_cast<void>(!::write(limit, "100", 3));
    tell("unshare", ::unshare(CLONE_NEWUSER));
    tell("clone", cloneWith(CLONE_NEWUSER));
    tell("clone3", clone3With(CLONE_NEWUSER));
    const int user = ::open("/proc/self/ns/user", O_RDONLY);
    tell("above", ::ioctl(user, NS_GET_PARENT));
    tell("setns", ::setns(user, CLONE_NEWUSER));
    return 0;
}

// Occurrences of a text, each byte of which is masked, in one piece of this process's memory.
int countIn(const std::string& page, const std::string& masked) {
    int found = 0;
    for (std::size_t at = 0; at + masked.size() <= page.size(); ++at) {
        std::size_t length = 0;
        while (length < masked.size() && page[at + length] == (masked[length] ^ 1)) {
            ++length;
        }
        found += length == masked.size() ? 1 : 0;
    }
    return found;
}

// Looks through all of its memory that can be read, page by page: a text over the edge of two would be missed, so each
// piece begins half a page before the end of the last.
int searchMemory(const std::string& masked) {
    constexpr std::uint64_t half = 2048;
    const int memory = ::open("/proc/self/mem", O_RDONLY);
    std::FILE* maps = std::fopen("/proc/self/maps", "r");
    int found = 0;
    int pages = 0;
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    while (maps != nullptr && std::fscanf(maps, "%lx-%lx%*[^\n]", &first, &end) == 2) {
        for (; first < end; first += half) {
            std::string page(2 * half, '\0');
            const ssize_t size = ::pread(memory, page.data(), page.size(), static_cast<off_t>(first));
            page.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
            found += countIn(page, masked);
            pages += size > 0 ? 1 : 0;
        }
    }
    std::printf("found=%d\npages=%d\n", found, pages);
    return 0;
}

int listFds() {
    for (int fd = 0; fd < 4096; ++fd) {
        if (::fcntl(fd, F_GETFD) >= 0) {
            std::printf("%d\n", fd);
        }
    }
    return 0;
}

int showArguments(int count, char** arguments, char** environment) {
    for (int i = 0; i < count; ++i) {
        std::printf("argument %s\n", arguments[i]);
    }
    for (; *environment != nullptr; ++environment) {
        std::printf("environment %s\n", *environment);
    }
    return 0;
}

int showIds() {
    uid_t uids[3];
    gid_t gids[3];
    ::getresuid(&uids[0], &uids[1], &uids[2]);
    ::getresgid(&gids[0], &gids[1], &gids[2]);
    std::printf("%u %u %u %u %u %u\n", uids[0], uids[1], uids[2], gids[0], gids[1], gids[2]);
    return 0;
}

int waitForEnd() {
    std::puts("ready");
    std::fflush(stdout);
    for (;;) {
        ::pause();
    }
}

// Escapes from its session and parent, ignores what can be ignored.
int daemonise() {
    if (::fork() == 0) {
        ::setsid();
        if (::fork() == 0) {
            for (int signal = 1; signal < 32; ++signal) {
                ::signal(signal, SIG_IGN);
            }
            return waitForEnd();
        }
        ::_exit(0);
    }
    return waitForEnd();
}

int showNamespace(const std::string& kind) {
    char name[64]{};
    if (::readlink(("/proc/self/ns/" + kind).c_str(), name, sizeof name - 1) < 0) {
        return 1;
    }
    return std::printf("%s\n", name) < 0;
}

int writeItself() {
    tell("self", ::open("/proc/self/exe", O_WRONLY));
    tell("init", ::open("/proc/1/exe", O_WRONLY));
    tell("path", ::open("/test/payload", O_WRONLY));
    return 0;
}

} // namespace

int main(int count, char** arguments, char** environment) {
    const std::string command = count > 1 ? arguments[1] : "";
    if (command == "nested") {
        return nested();
    }
    if (command == "attack-init") {
        return attackInit();
    }
    if (command == "attack") {
        return attack(std::atoi(arguments[2]));
    }
    if (command == "mounts") {
        return mounts();
    }
    if (command == "unlock") {
        return unlock();
    }
    if (command == "nested-as-root") {
        return nestedAsRoot();
    }
    if (command == "search-memory") {
        return searchMemory(arguments[2]);
    }
    if (command == "fds") {
        return listFds();
    }
    if (command == "arguments") {
        return showArguments(count, arguments, environment);
    }
    if (command == "ids") {
        return showIds();
    }
    if (command == "wait") {
        return waitForEnd();
    }
    if (command == "daemonise") {
        return daemonise();
    }
    if (command == "write-itself") {
        return writeItself();
    }
    if (command == "namespace") {
        return showNamespace(arguments[2]);
    }
    if (command == "exit") {
        return std::atoi(arguments[2]);
    }
    if (command == "signal") {
        return ::raise(std::atoi(arguments[2]));
    }
    if (command == "ulimit") {
        return ::access("/proc/self/limits", R_OK);
    }
    return 125;
}
