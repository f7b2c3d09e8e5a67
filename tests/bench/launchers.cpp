#include "launchers.hpp"

#include "default_view.hpp"

#include <cstdio>
#include <iterator>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace sandboxd::bench {
namespace {

constexpr const char* inside = "/bench_payload";

// With the payload's bind 25 operations.
constexpr const char* applicationOptions = R"(
    --die-with-parent --unshare-user --unshare-pid --unshare-ipc --unshare-net --chdir / --setenv XDG_RUNTIME_DIR /run/user/1
    --ro-bind /usr /usr --ro-bind /usr/share /app/share --ro-bind /usr/lib /app/lib --ro-bind /etc /run/host/etc
    --ro-bind /etc/passwd /etc/passwd --ro-bind /etc/group /etc/group --ro-bind /etc/passwd /run/host/passwd
    --ro-bind /etc/group /run/host/group --ro-bind /usr/bin /run/host/bin
    --symlink usr/bin /bin --symlink usr/sbin /sbin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink /run /var/run
    --proc /proc --dev /dev --tmpfs /tmp --tmpfs /var/tmp --tmpfs /home --dir /home/user --dir /var/cache
    --perms 0700 --dir /run/user/1 --dir /run/application --remount-ro /home)";

std::string octal(std::uint32_t mode) {
    char text[16] = "";
    std::snprintf(text, sizeof(text), "%04o", mode);
    return text;
}

// One mount operation in bwrap's language.
struct ToBwrap {
    std::vector<std::string>& options;

    void add(std::initializer_list<std::string> more) const { options.insert(options.end(), more); }

    void operator()(const client::Bind& bind) const {
        add({bind.readOnly ? "--ro-bind" : "--bind", bind.source, bind.target});
    }
    void operator()(const client::Tmpfs& tmpfs) const { add({"--perms", octal(tmpfs.mode), "--tmpfs", tmpfs.target}); }
    void operator()(const client::Proc& proc) const { add({"--proc", proc.target}); }
    void operator()(const client::Dev& dev) const { add({"--dev", dev.target}); }
    void operator()(const client::Symlink& link) const { add({"--symlink", link.text, link.target}); }
    void operator()(const client::Directory& directory) const {
        add({"--perms", octal(directory.mode), "--dir", directory.target});
    }
    void operator()(const client::RemountReadOnly& remount) const { add({"--remount-ro", remount.target}); }
    template <typename Other> void operator()(const Other&) const { fail("not in the default view"); }
};

int awaitChild(pid_t child) {
    int status = 0;
    if (::waitpid(child, &status, 0) != child) {
        fail("cannot wait for the launcher");
    }
    return status;
}

} // namespace

std::vector<std::string> bwrapCommand(const ctl::HostView& host, const std::string& payload) {
    std::vector<std::string> command{"bwrap",         "--die-with-parent", "--unshare-user", "--unshare-ipc",
                                     "--unshare-pid", "--unshare-net",     "--unshare-uts",  "--unshare-cgroup"};
    const ctl::DefaultView view = ctl::buildDefaultView(host, {});
    for (const client::MountOperation& operation : view.mounts) {
        std::visit(ToBwrap{command}, operation);
    }
    command.insert(command.end(), {"--ro-bind", payload, inside, "--chdir", view.workingDirectory, inside});
    return command;
}

std::vector<std::string> applicationCommand(const std::string& launcher, const std::string& payload) {
    std::istringstream words(applicationOptions);
    std::vector<std::string> command{launcher};
    command.insert(command.end(), std::istream_iterator<std::string>(words), {});
    command.insert(command.end(), {"--ro-bind", payload, inside, inside});
    return command;
}

std::vector<std::string> sandboxctlCommand(const std::string& payload) {
    return {"sandboxctl", "run", "--ro-bind", payload, inside, "--", inside};
}

client::Spec librarySpec(const ctl::HostView& host, const std::string& payload) {
    ctl::DefaultView view = ctl::buildDefaultView(host, {});
    client::Spec spec({inside});
    for (client::MountOperation& operation : view.mounts) {
        spec.mount(std::move(operation));
    }
    return spec.bindReadOnly(payload, inside)
        .workingDirectory(view.workingDirectory)
        .network(client::Network::loopback);
}

Sample measureProcess(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& argument : command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    Stopwatch stopwatch;
    posix_spawn_file_actions_t actions{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, stopwatch.payloadsEnd(), STDOUT_FILENO);
    pid_t child = -1;
    stopwatch.start();
    const int error = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        fail(("cannot execute " + command[0]).c_str());
    }
    stopwatch.started();
    const int status = awaitChild(child);
    const Sample sample = stopwatch.stop();
    if (status != 0) {
        fail((command[0] + " failed").c_str());
    }
    return sample;
}

Sample measureLibrary(client::Connection& connection, client::Spec spec) {
    Stopwatch stopwatch;
    spec.descriptor(STDOUT_FILENO, stopwatch.payloadsEnd()).descriptor(STDERR_FILENO, STDERR_FILENO);
    stopwatch.start();
    const auto sandbox = connection.spawn(spec);
    if (!sandbox) {
        fail(("the library: " + sandbox.error().message).c_str());
    }
    stopwatch.started();
    if (const auto ended = connection.wait(sandbox.value()); !ended) {
        fail(("the library: " + ended.error().message).c_str());
    }
    return stopwatch.stop();
}

} // namespace sandboxd::bench
