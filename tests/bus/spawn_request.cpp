#include "spawn_request.hpp"

#include <unistd.h>

#include <cstring>
#include <stdexcept>

namespace sandboxd::bus_tests {
namespace {

void appendBytes(sd_bus_message* message, const std::string& value) {
    must(sd_bus_message_append_array(message, 'y', value.data(), value.size()), "append bytes");
}

Value variant(const char* type, std::function<void(sd_bus_message*)> content) {
    return [type, content = std::move(content)](sd_bus_message* message) {
        must(sd_bus_message_open_container(message, 'v', type), "open variant");
        content(message);
        must(sd_bus_message_close_container(message), "close variant");
    };
}

template <typename T> Value basic(const char* type, T value) {
    return variant(type, [type = type[0], value](sd_bus_message* message) {
        must(sd_bus_message_append_basic(message, type, &value), "append");
    });
}

Value operations(const std::vector<Operation>& list) {
    return variant("a(sa{sv})", [list](sd_bus_message* message) {
        must(sd_bus_message_open_container(message, 'a', "(sa{sv})"), "open operations");
        for (const Operation& operation : list) {
            must(sd_bus_message_open_container(message, 'r', "sa{sv}"), "open operation");
            must(sd_bus_message_append(message, "s", operation.name.c_str()), "append operation");
            appendDictionary(message, operation.keys);
            must(sd_bus_message_close_container(message), "close operation");
        }
        must(sd_bus_message_close_container(message), "close operations");
    });
}

void appendFds(sd_bus_message* message, const std::vector<std::pair<std::uint32_t, int>>& fds) {
    must(sd_bus_message_open_container(message, 'a', "{uh}"), "open descriptors");
    for (const auto& [childFd, fd] : fds) {
        must(sd_bus_message_append(message, "{uh}", childFd, fd), "append descriptor");
    }
    must(sd_bus_message_close_container(message), "close descriptors");
}

} // namespace

int must(int result, const char* what) {
    if (result < 0) {
        throw std::runtime_error(std::string(what) + ": " + std::strerror(-result));
    }
    return result;
}

void appendByteStrings(sd_bus_message* message, const std::vector<std::string>& values) {
    must(sd_bus_message_open_container(message, 'a', "ay"), "open array");
    for (const std::string& value : values) {
        appendBytes(message, value);
    }
    must(sd_bus_message_close_container(message), "close array");
}

void appendDictionary(sd_bus_message* message, const Dictionary& dictionary) {
    must(sd_bus_message_open_container(message, 'a', "{sv}"), "open dictionary");
    for (const auto& [key, value] : dictionary) {
        must(sd_bus_message_open_container(message, 'e', "sv"), "open entry");
        must(sd_bus_message_append(message, "s", key.c_str()), "append key");
        value(message);
        must(sd_bus_message_close_container(message), "close entry");
    }
    must(sd_bus_message_close_container(message), "close dictionary");
}

void appendSpawn(sd_bus_message* message, const SpawnRequest& request) {
    must(sd_bus_message_append(message, "s", request.profile.c_str()), "append profile");
    appendByteStrings(message, request.argv);
    appendFds(message, request.fds);
    Dictionary options = request.options;
    if (!request.mounts.empty()) {
        options.emplace_back("mounts", operations(request.mounts));
    }
    appendDictionary(message, options);
    must(sd_bus_message_set_allow_interactive_authorization(message, request.interactive ? 1 : 0), "interactive");
}

Value text(std::string value) {
    return variant("s", [value = std::move(value)](sd_bus_message* message) {
        must(sd_bus_message_append(message, "s", value.c_str()), "append text");
    });
}

Value bytes(std::string value) {
    return variant("ay", [value = std::move(value)](sd_bus_message* message) { appendBytes(message, value); });
}

Value byteStrings(std::vector<std::string> value) {
    return variant("aay", [value = std::move(value)](sd_bus_message* message) { appendByteStrings(message, value); });
}

Value strings(std::vector<std::string> value) {
    return variant("as", [value = std::move(value)](sd_bus_message* message) {
        must(sd_bus_message_open_container(message, 'a', "s"), "open strings");
        for (const std::string& entry : value) {
            must(sd_bus_message_append(message, "s", entry.c_str()), "append string");
        }
        must(sd_bus_message_close_container(message), "close strings");
    });
}

Value boolean(bool value) {
    return basic<int>("b", value ? 1 : 0);
}
Value number(std::uint32_t value) {
    return basic("u", value);
}
Value bigNumber(std::uint64_t value) {
    return basic("t", value);
}
Value descriptor(int fd) {
    return basic("h", fd);
}

Value idMap(std::vector<IdMapLine> lines) {
    return variant("a(uuu)", [lines = std::move(lines)](sd_bus_message* message) {
        must(sd_bus_message_open_container(message, 'a', "(uuu)"), "open map");
        for (const IdMapLine& line : lines) {
            must(sd_bus_message_append(message, "(uuu)", line.inside, line.outside, line.count), "append line");
        }
        must(sd_bus_message_close_container(message), "close map");
    });
}

Operation bindReadOnly(const std::string& source, const std::string& target) {
    return {"bind", {{"source", bytes(source)}, {"target", bytes(target)}, {"read-only", boolean(true)}}};
}

Operation bindWritable(const std::string& source, const std::string& target) {
    return {"bind", {{"source", bytes(source)}, {"target", bytes(target)}}};
}

SpawnRequest& SpawnRequest::with(std::string key, Value value) {
    options.emplace_back(std::move(key), std::move(value));
    return *this;
}

SpawnRequest& SpawnRequest::giving(std::uint32_t childFd, int fd) {
    fds.emplace_back(childFd, fd);
    return *this;
}

SpawnRequest& SpawnRequest::mounting(Operation operation) {
    mounts.push_back(std::move(operation));
    return *this;
}

SpawnRequest program(std::vector<std::string> argv) {
    SpawnRequest request;
    request.argv = std::move(argv);
    for (const char* directory : {"/usr", "/etc", "/bin", "/sbin", "/lib", "/lib64"}) {
        if (access(directory, F_OK) == 0) {
            request.mounting(bindReadOnly(directory, directory));
        }
    }
    request.mounting({"proc", {{"target", bytes("/proc")}}});
    request.mounting({"dev", {{"target", bytes("/dev")}}});
    request.mounting({"tmpfs", {{"target", bytes("/tmp")}}});
    request.with("env", byteStrings({"PATH=/usr/bin:/bin", "LANG=C.UTF-8"}));
    return request;
}

SpawnRequest shell(const std::string& script) {
    return program({"/bin/sh", "-c", script});
}

} // namespace sandboxd::bus_tests
