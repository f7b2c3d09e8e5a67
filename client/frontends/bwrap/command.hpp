// One command line of bubblewrap as values, in the order in which it was given. Nothing is looked up or opened here.
#pragma once

#include "variables.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sandboxd::bwrap {

enum class Kind {
    bind,
    bindDescriptor,
    overlay,
    temporaryOverlay,
    readOnlyOverlay,
    proc,
    dev,
    tmpfs,
    mqueue,
    directory,
    file,
    bindFile,
    symlink,
    chmod,
    remountReadOnly,
};

// What one option does to the new root. Which fields count depends on the kind.
struct Operation {
    Kind kind = Kind::bind;
    std::string source; // path outside; of a symlink what it says; of an overlay where it writes
    std::string target;
    int descriptor = -1;
    std::uint32_t mode = 0;
    std::uint64_t size = 0; // bytes, 0 = the kernel's default
    bool readOnly = false;
    bool devices = false;
    bool optional = false;          // no source, no operation
    std::vector<std::string> lower; // of an overlay, the lowest first
    std::string work;
    friend bool operator==(const Operation&, const Operation&) = default;
};

using variables::ClearVariables;
using variables::EnvironmentChange;
using variables::SetVariable;
using variables::UnsetVariable;

struct Unshared {
    bool user = false;
    bool userTry = false;
    bool ipc = false;
    bool pid = false;
    bool net = false;
    bool uts = false;
    bool cgroup = false;
    bool cgroupTry = false;
};

struct Descriptors {
    std::optional<int> sync;
    std::optional<int> block;
    std::optional<int> usernsBlock;
    std::optional<int> info;
    std::optional<int> jsonStatus;
    std::optional<int> seccomp;
    std::vector<int> addedSeccomp;
    std::optional<int> userns;
    std::optional<int> userns2;
    std::optional<int> pidns;
};

struct Command {
    std::vector<std::string> argv;
    std::optional<std::string> argv0;
    std::vector<Operation> operations;
    std::vector<std::string> lockFiles;
    std::vector<EnvironmentChange> environment;
    Unshared unshared;
    Descriptors descriptors;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    std::optional<std::string> hostname;
    std::optional<std::string> directory; // --chdir
    std::set<std::string> capabilities;   // as "CAP_SYS_ADMIN"
    bool namesCapabilities = false;       // by an option
    bool newSession = false;
    bool dieWithParent = false;
    bool asPid1 = false;
    bool disableUserns = false;
    bool assertUsernsDisabled = false;
    bool levelPrefix = false;
};

} // namespace sandboxd::bwrap
