#include "spec/option_keys.hpp"

#include "base/quote.hpp"

#include <algorithm>

namespace sandboxd::spec {
namespace {

using enum KeyStatus;

constexpr KeyRow options[] = {
    {"apparmor", known},          {"argv-fd", supported},
    {"argv0", supported},         {"block-fd", supported},
    {"capabilities", supported},  {"cgroup", known},
    {"cwd", supported},           {"description", supported},
    {"env", supported},           {"env-fd", supported},
    {"exec-fd", known},           {"fd-socket", supported},
    {"gid", supported},           {"gid-map", supported},
    {"hostname", supported},      {"identity", supported},
    {"info-fd", supported},       {"init", supported},
    {"landlock", known},          {"lifeline", supported},
    {"lifetime", supported},      {"limits", known},
    {"mounts", supported},        {"namespaces", supported},
    {"nested-userns", supported}, {"network", supported},
    {"network-options", known},   {"new-session", supported},
    {"no-new-privileges", known}, {"personality", supported},
    {"require", supported},       {"seccomp", supported},
    {"seccomp-fds", supported},   {"start-timeout-usec", supported},
    {"status-fd", supported},     {"sync-fd", supported},
    {"terminal", supported},      {"uid", supported},
    {"uid-map", supported},
};

constexpr KeyRow bindKeys[] = {{"devices", supported},   {"optional", supported}, {"read-only", supported},
                               {"recursive", supported}, {"source", supported},   {"target", supported}};
constexpr KeyRow tmpfsKeys[] = {{"mode", supported}, {"size", supported}, {"target", supported}};
constexpr KeyRow targetOnly[] = {{"target", supported}};
constexpr KeyRow directoryKeys[] = {{"mode", supported}, {"target", supported}};
constexpr KeyRow fileKeys[] = {{"content", supported}, {"mode", supported}, {"target", supported}};
constexpr KeyRow bindFileKeys[] = {
    {"content", supported}, {"mode", supported}, {"read-only", supported}, {"target", supported}};
constexpr KeyRow overlayKeys[] = {{"lower", supported}, {"read-only", supported}, {"target", supported},
                                  {"tmp", supported},   {"upper", supported},     {"work", supported}};
constexpr KeyRow symlinkKeys[] = {{"source", supported}, {"target", supported}};

constexpr MountRow operations[] = {
    {"bind", supported, bindKeys},
    {"bind-file", supported, bindFileKeys},
    {"chmod", supported, directoryKeys},
    {"dev", supported, targetOnly},
    {"devpts", supported, targetOnly},
    {"directory", supported, directoryKeys},
    {"file", supported, fileKeys},
    {"lock-file", supported, targetOnly},
    {"mask", supported, targetOnly},
    {"mqueue", supported, targetOnly},
    {"overlay", supported, overlayKeys},
    {"proc", supported, targetOnly},
    {"remount-read-only", supported, targetOnly},
    {"symlink", supported, symlinkKeys},
    {"sysfs", supported, targetOnly},
    {"tmpfs", supported, tmpfsKeys},
};

template <typename Row> const Row* findRow(std::span<const Row> rows, std::string_view name) {
    const auto row = std::find_if(rows.begin(), rows.end(), [name](const Row& each) { return each.name == name; });
    return row == rows.end() ? nullptr : &*row;
}

// `subject` makes the text of an error; every key of a request comes through here, and few are wrong.
template <typename Row, typename Subject>
Result<void> checkName(std::span<const Row> rows, std::string_view name, Subject subject) {
    const Row* row = findRow(rows, name);
    if (row == nullptr) {
        return Error{ErrorCode::unknownOption, subject() + " is unknown"};
    }
    if (row->status == known) {
        return Error{ErrorCode::notSupported, subject() + " is not supported"};
    }
    return {};
}

} // namespace

std::span<const KeyRow> optionKeys() noexcept {
    return options;
}

std::span<const MountRow> mountOperations() noexcept {
    return operations;
}

Result<void> checkOptionKey(std::string_view key) {
    return checkName(optionKeys(), key, [&] { return sanitise(key) + ": this option"; });
}

Result<void> checkMountName(std::string_view name) {
    return checkName(mountOperations(), name, [&] { return "mounts: operation " + quote(name); });
}

Result<void> checkMountKey(std::string_view name, std::string_view key) {
    const MountRow* row = findRow(mountOperations(), name);
    const std::span<const KeyRow> keys = row == nullptr ? std::span<const KeyRow>() : row->keys;
    return checkName(keys, key, [&] { return "mounts: key " + quote(key) + " of " + quote(name); });
}

} // namespace sandboxd::spec
