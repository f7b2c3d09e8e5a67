// The arguments of Spawn as a test writes them: any key, any type, any order, so that they can be wrong on purpose.
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace sandboxd::bus_tests {

// Appends itself to a message as one variant.
using Value = std::function<void(sd_bus_message*)>;
Value text(std::string value);
Value bytes(std::string value);
Value byteStrings(std::vector<std::string> value);
Value strings(std::vector<std::string> value);
Value boolean(bool value);
Value number(std::uint32_t value);
Value bigNumber(std::uint64_t value);
struct IdMapLine {
    std::uint32_t inside;
    std::uint32_t outside;
    std::uint32_t count;
};
Value idMap(std::vector<IdMapLine> lines);
Value descriptor(int fd); // borrowed until the message is built

using Dictionary = std::vector<std::pair<std::string, Value>>; // keeps order and duplicates

struct Operation {
    std::string name;
    Dictionary keys;
};
Operation bindReadOnly(const std::string& source, const std::string& target);
Operation bindWritable(const std::string& source, const std::string& target);

// The arguments of one Spawn.
struct SpawnRequest {
    std::string profile;
    std::vector<std::string> argv;
    std::vector<std::pair<std::uint32_t, int>> fds; // borrowed
    std::vector<Operation> mounts;                  // the option `mounts`, unless empty
    Dictionary options;
    bool interactive = false;

    SpawnRequest& with(std::string key, Value value);
    SpawnRequest& giving(std::uint32_t childFd, int fd);
    SpawnRequest& mounting(Operation operation);
};

// `argv` with the system's programs read-only, /proc, /dev and an empty /tmp.
SpawnRequest program(std::vector<std::string> argv);
SpawnRequest shell(const std::string& script);

// Appends the arguments of Spawn, or only an `aay` or `a{sv}`.
void appendSpawn(sd_bus_message* message, const SpawnRequest& request);
void appendByteStrings(sd_bus_message* message, const std::vector<std::string>& values);
void appendDictionary(sd_bus_message* message, const Dictionary& dictionary);

// Throws std::runtime_error if `result` is a negative errno; else gives it back.
int must(int result, const char* what);

} // namespace sandboxd::bus_tests
