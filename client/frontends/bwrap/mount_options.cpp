// Options that build the new root, in their order.
#include "numbers.hpp"
#include "option_row.hpp"

#include <utility>

namespace sandboxd::bwrap {
namespace {

// Modes without --perms.
constexpr std::uint32_t directoryMode = 0755;
constexpr std::uint32_t fileMode = 0666;
constexpr std::uint32_t boundFileMode = 0600;

std::uint32_t takeMode(Reading& reading, std::uint32_t otherwise) {
    return std::exchange(reading.nextMode, std::nullopt).value_or(otherwise);
}

Complaint add(Reading& reading, Operation operation) {
    reading.command.operations.push_back(std::move(operation));
    return std::nullopt;
}

Complaint addBind(Reading& reading, Arguments arguments, Operation flags) {
    flags.source = arguments[0];
    flags.target = arguments[1];
    return add(reading, std::move(flags));
}

// Operations on a target alone.
template <Kind kind> Complaint addTarget(Reading& reading, Arguments arguments) {
    return add(reading, {.kind = kind, .target = arguments[0]});
}

// Operations with a descriptor and a target.
Complaint addDescriptor(Reading& reading, Arguments arguments, Operation operation) {
    if (Complaint complaint = takeDescriptor(operation.descriptor, arguments[0])) {
        return complaint;
    }
    operation.target = arguments[1];
    return add(reading, std::move(operation));
}

Complaint addTmpfs(Reading& reading, Arguments arguments) {
    return add(reading, {.kind = Kind::tmpfs,
                         .target = arguments[0],
                         .mode = takeMode(reading, directoryMode),
                         .size = std::exchange(reading.nextSize, 0)});
}

Complaint addDirectory(Reading& reading, Arguments arguments) {
    return add(reading, {.kind = Kind::directory, .target = arguments[0], .mode = takeMode(reading, directoryMode)});
}

Complaint addChmod(Reading& reading, Arguments arguments) {
    const std::optional<std::uint32_t> mode = readMode(arguments[0]);
    if (!mode) {
        return "--chmod takes an octal argument <= 07777";
    }
    return add(reading, {.kind = Kind::chmod, .target = arguments[1], .mode = *mode});
}

Complaint noteMode(Reading& reading, Arguments arguments) {
    if (reading.nextMode) {
        return "--perms given twice for the same action";
    }
    reading.nextMode = readMode(arguments[0]);
    if (!reading.nextMode) {
        return "--perms takes an octal argument <= 07777";
    }
    return std::nullopt;
}

Complaint noteSize(Reading& reading, Arguments arguments) {
    if (reading.nextSize != 0) {
        return "--size given twice for the same action";
    }
    const std::optional<std::uint64_t> size = readSize(arguments[0]);
    if (!size) {
        return "--size takes a non-zero number of bytes";
    }
    if (*size > largestSize) {
        return "--size (for tmpfs) is limited to " + std::to_string(largestSize);
    }
    reading.nextSize = *size;
    return std::nullopt;
}

constexpr std::array rows{
    OptionRow{"--bind", 2, "--bind takes two arguments",
              [](Reading& reading, Arguments a) { return addBind(reading, a, {}); }, "SRC DEST",
              "Show SRC at DEST, writable as far as the caller may write"},
    OptionRow{"--bind-try", 2, "--bind-try takes two arguments",
              [](Reading& reading, Arguments a) { return addBind(reading, a, {.optional = true}); }, "SRC DEST",
              "Likewise, if there is a SRC"},
    OptionRow{"--dev-bind", 2, "--dev-bind takes two arguments",
              [](Reading& reading, Arguments a) { return addBind(reading, a, {.devices = true}); }, "SRC DEST",
              "Show SRC at DEST with its devices"},
    OptionRow{"--dev-bind-try", 2, "--dev-bind-try takes two arguments",
              [](Reading& reading, Arguments a) { return addBind(reading, a, {.devices = true, .optional = true}); },
              "SRC DEST", "Likewise, if there is a SRC"},
    OptionRow{"--ro-bind", 2, "--ro-bind takes two arguments",
              [](Reading& reading, Arguments a) { return addBind(reading, a, {.readOnly = true}); }, "SRC DEST",
              "Show SRC at DEST, read-only"},
    OptionRow{"--ro-bind-try", 2, "--ro-bind-try takes two arguments",
              [](Reading& reading, Arguments a) { return addBind(reading, a, {.readOnly = true, .optional = true}); },
              "SRC DEST", "Likewise, if there is a SRC"},
    OptionRow{"--bind-fd", 2, "--bind-fd takes two arguments",
              [](Reading& reading, Arguments a) { return addDescriptor(reading, a, {.kind = Kind::bindDescriptor}); },
              "FD DEST", "Show what FD is open on at DEST"},
    OptionRow{"--ro-bind-fd", 2, "--bind-fd takes two arguments",
              [](Reading& reading, Arguments a) {
                  return addDescriptor(reading, a, {.kind = Kind::bindDescriptor, .readOnly = true});
              },
              "FD DEST", "Likewise, read-only"},
    OptionRow{"--remount-ro", 1, "--remount-ro takes one argument", addTarget<Kind::remountReadOnly>, "DEST",
              "Close the mount point DEST for writing, not what is mounted below it"},
    OptionRow{"--proc", 1, "--proc takes an argument", addTarget<Kind::proc>, "DEST", "A proc file system at DEST"},
    OptionRow{"--dev", 1, "--dev takes an argument", addTarget<Kind::dev>, "DEST", "A small /dev at DEST"},
    OptionRow{"--tmpfs", 1, "--tmpfs takes an argument", addTmpfs, "DEST", "An empty file system in memory at DEST"},
    OptionRow{"--mqueue", 1, "--mqueue takes an argument", addTarget<Kind::mqueue>, "DEST",
              "POSIX message queues at DEST"},
    OptionRow{"--dir", 1, "--dir takes an argument", addDirectory, "DEST", "A directory at DEST"},
    OptionRow{"--file", 2, "--file takes two arguments",
              [](Reading& reading, Arguments a) {
                  return addDescriptor(reading, a, {.kind = Kind::file, .mode = takeMode(reading, fileMode)});
              },
              "FD DEST", "A file at DEST with what FD holds"},
    OptionRow{"--bind-data", 2, "--bind-data takes two arguments",
              [](Reading& reading, Arguments a) {
                  return addDescriptor(reading, a, {.kind = Kind::bindFile, .mode = takeMode(reading, boundFileMode)});
              },
              "FD DEST", "Show a file with what FD holds at DEST"},
    OptionRow{"--ro-bind-data", 2, "--ro-bind-data takes two arguments",
              [](Reading& reading, Arguments a) {
                  return addDescriptor(
                      reading, a, {.kind = Kind::bindFile, .mode = takeMode(reading, boundFileMode), .readOnly = true});
              },
              "FD DEST", "Likewise, read-only"},
    OptionRow{"--symlink", 2, "--symlink takes two arguments",
              [](Reading& reading, Arguments a) { return addBind(reading, a, {.kind = Kind::symlink}); }, "SRC DEST",
              "A symbolic link at DEST that says SRC"},
    OptionRow{"--lock-file", 1, "--lock-file takes an argument",
              [](Reading& reading, Arguments a) -> Complaint {
                  reading.command.lockFiles.push_back(a[0]);
                  return std::nullopt;
              },
              "DEST", "Hold a read lock on DEST as long as the sandbox lives"},
    OptionRow{"--perms", 1, "--perms takes an argument", noteMode, "OCTAL", "Mode of what the next option makes"},
    OptionRow{"--size", 1, "--size takes an argument", noteSize, "BYTES", "Size of the next --tmpfs"},
    OptionRow{"--chmod", 2, "--chmod takes two arguments", addChmod, "OCTAL PATH", "Change the mode of PATH"},
};

} // namespace

std::span<const OptionRow> mountOptions() {
    return rows;
}

} // namespace sandboxd::bwrap
