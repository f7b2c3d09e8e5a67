// The mount operations of a Spec, as values. The daemon applies them in order, inside a root that starts empty. Targets
// are looked up inside that root, links included; what is missing is made with the caller's rights, below a directory
// that was bound too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sandboxd::client {

// A file or directory that the caller can reach, by path (relative ones start at the caller's working directory).
struct Bind {
    std::string source;
    std::string target;
    bool readOnly = false;
    bool devices = false;  // device files in it can be opened
    bool optional = false; // no error and no mount if the source does not exist
    bool recursive = true; // with what is mounted below it
    friend bool operator==(const Bind&, const Bind&) = default;
};

// The same by descriptor. Borrowed: it must stay open until spawn() returns.
struct BindDescriptor {
    int source = -1;
    std::string target;
    bool readOnly = false;
    bool devices = false;
    friend bool operator==(const BindDescriptor&, const BindDescriptor&) = default;
};

struct Tmpfs {
    std::string target;
    std::uint32_t mode = 0755;
    std::uint64_t size = 0; // bytes, 0 = the kernel's default
    friend bool operator==(const Tmpfs&, const Tmpfs&) = default;
};

struct Proc {
    std::string target = "/proc";
    friend bool operator==(const Proc&, const Proc&) = default;
};

// A private /dev: null zero full random urandom tty, pts, shm.
struct Dev {
    std::string target = "/dev";
    friend bool operator==(const Dev&, const Dev&) = default;
};

struct Devpts {
    std::string target;
    friend bool operator==(const Devpts&, const Devpts&) = default;
};

// POSIX message queues; the sandbox must not share the caller's ipc namespace.
struct Mqueue {
    std::string target;
    friend bool operator==(const Mqueue&, const Mqueue&) = default;
};

// /sys of the sandbox's own network, which must not be the caller's.
struct Sysfs {
    std::string target;
    friend bool operator==(const Sysfs&, const Sysfs&) = default;
};

// What becomes of writes to an overlay: refused, lost with the sandbox, or kept in `upper`.
enum class OverlayKind { readOnly, temporary, writable };

struct Overlay {
    std::vector<std::string> lower; // layers, the uppermost first; at least one, of a read-only overlay two
    std::string target;
    std::optional<std::string> upper; // of a writable one
    std::optional<std::string> work;  // the same: empty, the caller's, on the file system of `upper`
    OverlayKind kind = OverlayKind::readOnly;
    friend bool operator==(const Overlay&, const Overlay&) = default;
};

struct Directory {
    std::string target;
    std::uint32_t mode = 0755;
    friend bool operator==(const Directory&, const Directory&) = default;
};

// A descriptor >= 0 is read to its end, by the sandbox's set-up, instead of `content`; borrowed until spawn() returns.
struct File {
    std::string target;
    std::string content;
    int descriptor = -1;
    std::uint32_t mode = 0644;
    friend bool operator==(const File&, const File&) = default;
};

// The same, but mounted over the target, which stays as it is below.
struct BindFile {
    std::string target;
    std::string content;
    int descriptor = -1;
    std::uint32_t mode = 0600;
    bool readOnly = false;
    friend bool operator==(const BindFile&, const BindFile&) = default;
};

struct Symlink {
    std::string text;   // what the link says
    std::string target; // where it is made
    friend bool operator==(const Symlink&, const Symlink&) = default;
};

struct Chmod {
    std::string target;
    std::uint32_t mode = 0;
    friend bool operator==(const Chmod&, const Chmod&) = default;
};

struct RemountReadOnly {
    std::string target;
    friend bool operator==(const RemountReadOnly&, const RemountReadOnly&) = default;
};

// Hides what is there, under something empty; nothing there is no error.
struct Mask {
    std::string target;
    friend bool operator==(const Mask&, const Mask&) = default;
};

// A shared lock on a file, held until the sandbox ends.
struct LockFile {
    std::string target;
    friend bool operator==(const LockFile&, const LockFile&) = default;
};

using MountOperation = std::variant<Bind, BindDescriptor, Tmpfs, Proc, Dev, Devpts, Mqueue, Sysfs, Overlay, Directory,
                                    File, BindFile, Symlink, Chmod, RemountReadOnly, Mask, LockFile>;

} // namespace sandboxd::client
