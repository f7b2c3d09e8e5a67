// What a sandbox shall be, put together step by step. Nothing is checked or sent here: the daemon checks everything,
// and what is not said has its strict default (no file, no environment, no network, all namespaces new).
#pragma once

#include "sandboxd/mount.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sandboxd::client {

enum class Namespace { mount, pid, ipc, uts, cgroup, time };
enum class Network { none, loopback, host };

// mapped: the caller's ids in a user namespace of nobody. host: the caller's ids as they are outside. namespaceRoot:
// with capabilities inside.
enum class Identity { mapped, host, namespaceRoot };

// standard: the daemon's list of calls. strict: less. minimal: no typing into terminals, all else passes, on every
// architecture. off: none.
enum class Seccomp { standard, strict, minimal, off };

// call: the sandbox ends with the Connection that spawned it. descriptor: it ends with its lifeline.
enum class Lifetime { call, descriptor };

// The parts of a Spec. What is not set is not sent: the daemon's default applies.
struct SpecFields {
    std::string profile;
    std::vector<std::string> argv;
    std::optional<std::string> argv0;
    std::vector<std::string> environment; // "NAME=value"
    std::optional<std::string> workingDirectory;
    std::vector<MountOperation> mounts;
    std::map<std::uint32_t, int> descriptors; // the payload's number -> ours
    std::optional<std::vector<Namespace>> namespaces;
    std::optional<Identity> identity;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    std::optional<std::vector<std::string>> capabilities; // "CAP_SYS_ADMIN"
    std::optional<bool> nestedUserNamespaces;
    std::optional<bool> init;
    std::optional<Seccomp> seccomp;
    std::vector<int> seccompFilters;
    std::optional<std::string> hostname;
    std::optional<Network> network;
    std::optional<Lifetime> lifetime;
    std::optional<int> lifeline;
    std::optional<bool> newSession;
    std::optional<int> terminal;
    std::optional<int> infoDescriptor;
    std::optional<int> statusDescriptor;
    std::optional<int> blockDescriptor;
    std::optional<int> syncDescriptor;
    std::optional<std::string> description;
    std::vector<std::string> require;
    std::optional<std::chrono::microseconds> startTimeout;
};

class Spec {
public:
    explicit Spec(std::vector<std::string> argv) { fields_.argv = std::move(argv); }

    Spec& profile(std::string name) { return set(fields_.profile, std::move(name)); }

    // What the payload sees as its argv[0].
    Spec& argv0(std::string text) { return set(fields_.argv0, std::move(text)); }

    // The whole environment, "NAME=value" each.
    Spec& environment(std::vector<std::string> entries) { return set(fields_.environment, std::move(entries)); }

    // Absolute, inside the sandbox.
    Spec& workingDirectory(std::string path) { return set(fields_.workingDirectory, std::move(path)); }

    Spec& mount(MountOperation operation) {
        fields_.mounts.push_back(std::move(operation));
        return *this;
    }
    Spec& bind(std::string source, std::string target) { return mount(Bind{std::move(source), std::move(target)}); }
    Spec& bindReadOnly(std::string source, std::string target) {
        return mount(Bind{std::move(source), std::move(target), true});
    }

    // The payload gets `ours` as its descriptor `number`, at most 252. Borrowed: it must stay open until spawn()
    // returns.
    Spec& descriptor(std::uint32_t number, int ours) {
        fields_.descriptors[number] = ours;
        return *this;
    }

    // The caller's own standard input, output and error.
    Spec& inheritStandardStreams() { return descriptor(0, 0).descriptor(1, 1).descriptor(2, 2); }

    // What the sandbox has of its own; all others are the caller's.
    Spec& namespaces(std::vector<Namespace> unshared) { return set(fields_.namespaces, std::move(unshared)); }
    Spec& identity(Identity kind) { return set(fields_.identity, kind); }

    // What the caller's uid and primary group are inside.
    Spec& uid(std::uint32_t inside) { return set(fields_.uid, inside); }
    Spec& gid(std::uint32_t inside) { return set(fields_.gid, inside); }

    // Which capabilities the payload has inside, as "CAP_SYS_ADMIN"; needs Identity::namespaceRoot, which without this
    // has all.
    Spec& capabilities(std::vector<std::string> names) { return set(fields_.capabilities, std::move(names)); }

    // True: the payload may make user namespaces itself.
    Spec& nestedUserNamespaces(bool allowed) { return set(fields_.nestedUserNamespaces, allowed); }

    // False: the payload is process 1 of its pid namespace, with no init above it.
    Spec& init(bool wanted) { return set(fields_.init, wanted); }

    Spec& seccomp(Seccomp kind) { return set(fields_.seccomp, kind); }

    // One more filter: classic BPF, read from here to its end when the payload starts. Each only narrows; they apply in
    // the order of the calls. Borrowed until spawn() returns.
    Spec& seccompFilter(int fd) {
        fields_.seccompFilters.push_back(fd);
        return *this;
    }

    Spec& hostname(std::string name) { return set(fields_.hostname, std::move(name)); }
    Spec& network(Network kind) { return set(fields_.network, kind); }
    Spec& lifetime(Lifetime kind) { return set(fields_.lifetime, kind); }

    // A pipe or socket: the sandbox ends when its other end is closed. Borrowed until spawn() returns.
    Spec& lifeline(int fd) { return set(fields_.lifeline, fd); }

    // False: the payload leads no session and can make one itself. Without this it leads one.
    Spec& newSession(bool wanted) { return set(fields_.newSession, wanted); }

    // Slave of a pty that no session has: the payload's controlling terminal. Borrowed until spawn() returns.
    Spec& terminal(int fd) { return set(fields_.terminal, fd); }

    // Written to and closed before the exec: pid and new namespaces of the payload as JSON, on several lines or on one.
    // These and the next ones are borrowed until spawn() returns.
    Spec& infoDescriptor(int fd) { return set(fields_.infoDescriptor, fd); }
    Spec& statusDescriptor(int fd) { return set(fields_.statusDescriptor, fd); }

    // The payload is executed when a byte or the end can be read from it; spawn() returns before.
    Spec& blockDescriptor(int fd) { return set(fields_.blockDescriptor, fd); }

    // Held open inside until the sandbox has ended.
    Spec& syncDescriptor(int fd) { return set(fields_.syncDescriptor, fd); }

    // At most 128 bytes of UTF-8, shown in lists.
    Spec& description(std::string text) { return set(fields_.description, std::move(text)); }

    // A token of the daemon's property Features that must hold, else the request fails.
    Spec& require(std::string feature) {
        fields_.require.push_back(std::move(feature));
        return *this;
    }

    // Authorisation and set-up together.
    Spec& startTimeout(std::chrono::microseconds limit) { return set(fields_.startTimeout, limit); }

    [[nodiscard]] const SpecFields& fields() const noexcept { return fields_; }

private:
    template <typename Field, typename Value> Spec& set(Field& field, Value&& value) {
        field = std::forward<Value>(value);
        return *this;
    }

    SpecFields fields_;
};

} // namespace sandboxd::client
