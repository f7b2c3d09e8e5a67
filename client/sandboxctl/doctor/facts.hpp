// All that the diagnosis rests on, as plain values. What could not be learnt is empty, never guessed.
#pragma once

#include "bus_facts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sandboxd::ctl::doctor {

struct LoadedProfile {
    std::string name;
    std::string mode; // enforce, complain, …
    friend bool operator==(const LoadedProfile&, const LoadedProfile&) = default;
};

struct AppArmorFacts {
    bool on = false;
    bool mediatesUserNamespaces = false;                // this kernel can keep them from a profile
    std::optional<std::vector<LoadedProfile>> profiles; // none: root alone can read them
    std::string ownLabel;                               // "" if it cannot be read
    bool profileFiles = false;                          // ours are in /etc/apparmor.d
};

struct CgroupMount {
    std::string path;
    bool writable = false; // by its mount options
    friend bool operator==(const CgroupMount&, const CgroupMount&) = default;
};

// What files of /proc, /sys and /run say.
struct HostFacts {
    std::string kernel; // release
    AppArmorFacts appArmor;

    // sysctls; none: this kernel has no such key, or it cannot be read
    std::optional<std::uint64_t> unprivilegedUsernsClone;
    std::optional<std::uint64_t> appArmorRestrictsUserns;
    std::optional<std::uint64_t> maxUserNamespaces;

    bool kernelHasSeccomp = false;
    bool filtered = false;        // this process by a seccomp filter
    bool noNewPrivileges = false; // of this process

    bool systemd = false;  // runs as pid 1
    std::string container; // its kind, "" if none is seen
    bool initialUserNamespace = true;
    std::optional<bool> chrooted; // none: root alone can be sure
    bool procMounted = false;
    std::vector<std::string> procCovers; // mounts that hide parts of /proc
    std::vector<CgroupMount> cgroups;    // version 2 only
};

// What became of making a user namespace and using it, as bwrap, nsjail and unshare do.
enum class NamespaceStep { userNamespace, identityMap, mountNamespace, tmpfs, pidNamespace, proc, done };

struct NamespaceTrial {
    NamespaceStep failed = NamespaceStep::done;
    int errorNumber = 0; // 0 with a failed step: something killed the process that tried
    friend bool operator==(const NamespaceTrial&, const NamespaceTrial&) = default;
};

// What became of a sandbox of sandboxd.
struct SandboxTrial {
    bool worked = false;
    std::string errorName; // of D-Bus; "" if the error was found here
    std::string error;
    std::string label; // of the payload; "" where AppArmor is off
    bool ownCgroup = false;
};

struct Facts {
    HostFacts host;
    client::BusFacts bus;
    std::string busDaemon; // name of its program, "" if not known
    bool pidfdTellsExit = false;
    // None for root, who needs neither.
    std::optional<NamespaceTrial> namespaces;
    std::optional<SandboxTrial> sandbox;
};

} // namespace sandboxd::ctl::doctor
