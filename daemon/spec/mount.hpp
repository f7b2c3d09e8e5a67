// The mount operations of a Spec: an ordered list of values. A new operation is a struct here and an alternative in
// MountOperation; the compiler then lists the visits that need a case.
#pragma once

#include "spec/path.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sandboxd::spec {

struct RequestFd {
    std::uint32_t index = 0; // among the request's descriptors
};

struct Bind {
    std::variant<CallerPath, RequestFd> source;
    AbsolutePath target;
    bool readOnly = false;
    bool devices = false;  // device files in it can be opened
    bool optional = false; // a source that does not exist is no error, and there is no mount
    bool recursive = true; // with what is mounted below; of a descriptor always
};

struct Tmpfs {
    AbsolutePath target;
    std::uint32_t mode = 0755;
    std::uint64_t size = 0; // bytes, 0 = the kernel's default
};

struct Proc {
    AbsolutePath target;
};

struct Dev {
    AbsolutePath target;
};

struct Devpts {
    AbsolutePath target;
};

struct Mqueue {
    AbsolutePath target;
};

struct Sysfs {
    AbsolutePath target;
};

// Layers from the uppermost down, each seen as the caller sees it. Writes go to `upper`, or are refused or lost with
// the sandbox.
struct Overlay {
    enum class Kind { readOnly, temporary, writable };
    std::vector<CallerPath> lower; // at least one, of a read-only overlay two
    AbsolutePath target;
    Kind kind = Kind::readOnly;
    std::optional<CallerPath> upper; // of a writable one
    std::optional<CallerPath> work;  // the same; empty, on the file system of `upper`
};

struct Directory {
    AbsolutePath target;
    std::uint32_t mode = 0755;
};

// Bytes, or a descriptor of the request that init reads to its end.
using Content = std::variant<std::string, RequestFd>;

struct File {
    AbsolutePath target;
    Content content;
    std::uint32_t mode = 0644;
};

// A file of its own, mounted over the target.
struct BindFile {
    AbsolutePath target;
    Content content;
    std::uint32_t mode = 0600;
    bool readOnly = false;
};

struct Symlink {
    AbsolutePath target; // where the link is made
    std::string text;    // what it says; not empty, no NUL
};

struct Chmod {
    AbsolutePath target;
    std::uint32_t mode = 0;
};

struct RemountReadOnly {
    AbsolutePath target;
};

// Hides what is there, under something empty that cannot be written.
struct Mask {
    AbsolutePath target;
};

// A shared lock on a file, held until the sandbox ends.
struct LockFile {
    AbsolutePath target;
};

using MountOperation = std::variant<Bind, Tmpfs, Proc, Dev, Devpts, Mqueue, Sysfs, Overlay, Directory, File, BindFile,
                                    Symlink, Chmod, RemountReadOnly, Mask, LockFile>;

} // namespace sandboxd::spec
