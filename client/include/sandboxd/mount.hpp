// The mount operations of a Spec, as values. The daemon applies them in order, inside a root that starts empty. Targets
// are looked up inside that root, links included; what is missing is made with the caller's rights, below a directory
// that was bound too.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

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

struct Directory {
    std::string target;
    std::uint32_t mode = 0755;
    friend bool operator==(const Directory&, const Directory&) = default;
};

struct File {
    std::string target;
    std::string content;
    std::uint32_t mode = 0644;
    friend bool operator==(const File&, const File&) = default;
};

struct Symlink {
    std::string text;   // what the link says
    std::string target; // where it is made
    friend bool operator==(const Symlink&, const Symlink&) = default;
};

struct RemountReadOnly {
    std::string target;
    friend bool operator==(const RemountReadOnly&, const RemountReadOnly&) = default;
};

using MountOperation =
    std::variant<Bind, BindDescriptor, Tmpfs, Proc, Dev, Devpts, Directory, File, Symlink, RemountReadOnly>;

} // namespace sandboxd::client
