// The mount operations of a Spec: an ordered list of values. A new operation is a struct here and an alternative in
// MountOperation; the compiler then lists the visits that need a case.
#pragma once

#include "spec/path.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace sandboxd::spec {

struct BindFd {
    std::uint32_t index = 0; // among the request's descriptors
};

struct Bind {
    std::variant<CallerPath, BindFd> source;
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

struct Directory {
    AbsolutePath target;
    std::uint32_t mode = 0755;
};

struct File {
    AbsolutePath target;
    std::string content;
    std::uint32_t mode = 0644;
};

struct Symlink {
    AbsolutePath target; // where the link is made
    std::string text;    // what it says; not empty, no NUL
};

struct RemountReadOnly {
    AbsolutePath target;
};

using MountOperation = std::variant<Bind, Tmpfs, Proc, Dev, Devpts, Directory, File, Symlink, RemountReadOnly>;

} // namespace sandboxd::spec
