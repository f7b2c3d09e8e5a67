#include "policy/details.hpp"

#include "base/quote.hpp"
#include "spec/names.hpp"

#include <algorithm>
#include <string_view>
#include <type_traits>

namespace sandboxd::policy {
namespace {

constexpr std::size_t maxValueBytes = 256;
constexpr std::string_view ellipsis = "...";

// At most maxValueBytes of output: sanitise() counts source bytes, and an escape is up to four.
std::string shorten(std::string_view text) {
    std::string value = sanitise(text, maxValueBytes);
    if (text.size() <= maxValueBytes && value.size() <= maxValueBytes) {
        return value;
    }
    value.clear();
    for (const char character : text) {
        const std::string piece = sanitise(std::string_view(&character, 1));
        if (value.size() + piece.size() > maxValueBytes - ellipsis.size()) {
            break;
        }
        value += piece;
    }
    value += ellipsis;
    return value;
}

template <typename Range, typename Text> std::string join(const Range& range, Text text) {
    std::string joined;
    for (const auto& element : range) {
        joined += joined.empty() ? "" : " ";
        joined += text(element);
    }
    return joined;
}

std::string namespaceNames(const spec::Namespaces& namespaces) {
    std::string names = "mount";
    names += namespaces.pid ? " pid" : "";
    names += namespaces.ipc ? " ipc" : "";
    names += namespaces.uts ? " uts" : "";
    names += namespaces.cgroup ? " cgroup" : "";
    names += namespaces.time ? " time" : "";
    return names;
}

std::string capabilityNames(const spec::Spec& spec) {
    const bool hasAny = spec.identity == spec::Identity::namespaceRoot;
    return shorten(spec::describeCapabilities(hasAny ? spec.capabilities.value_or(spec::allCapabilities) : 0));
}

std::string_view lifetimeName(const spec::Spec& spec) {
    return spec.lifeline || spec.lifetime == spec::Lifetime::fd ? "fd" : "call";
}

std::string_view runningClass(std::uint32_t running) {
    if (running == 0) {
        return "0";
    }
    if (running < 10) {
        return "1-9";
    }
    return running < 100 ? "10-99" : "100+";
}

// What the payload may write to, from least to most.
enum class Writable { none, privateFiles, paths, home, host };

std::string_view writableName(Writable writable) {
    switch (writable) {
    case Writable::none:
        return "none";
    case Writable::privateFiles:
        return "private";
    case Writable::paths:
        return "paths";
    case Writable::home:
        return "home";
    case Writable::host:
        return "host";
    }
    return {};
}

std::vector<std::string_view> splitPath(std::string_view path) {
    std::vector<std::string_view> components;
    while (!path.empty()) {
        const std::string_view component = path.substr(0, path.find('/'));
        if (!component.empty() && component != ".") {
            components.push_back(component);
        }
        path.remove_prefix(std::min(path.size(), component.size() + 1));
    }
    return components;
}

// Judged by the spelling alone, since nothing of the caller's is looked up before the Grant: what does not show where
// it leads (relative, "..") counts as the widest.
Writable breadthOf(std::string_view path) {
    const std::vector<std::string_view> components = splitPath(path);
    const bool plain =
        path.starts_with('/') && std::find(components.begin(), components.end(), "..") == components.end();
    if (!plain || components.empty()) {
        return Writable::host;
    }
    const bool inHome = components.front() == "home" || components.front() == "root";
    if (components.size() == 1) {
        return inHome ? Writable::home : Writable::host;
    }
    return components.front() == "home" && components.size() == 2 ? Writable::home : Writable::paths;
}

Writable breadthOf(const spec::Bind& bind) {
    if (bind.readOnly) {
        return Writable::none;
    }
    const auto* path = std::get_if<spec::CallerPath>(&bind.source);
    return path == nullptr ? Writable::host : breadthOf(path->text());
}

Writable breadthOf(const spec::Overlay& overlay) {
    if (overlay.kind == spec::Overlay::Kind::readOnly) {
        return Writable::none;
    }
    return overlay.upper ? breadthOf(overlay.upper->text()) : Writable::privateFiles;
}

// Makes no place that could be written to; what is made or changed in a bind is written there by the bind's right.
template <typename Operation>
constexpr bool addsNothing =
    std::is_same_v<Operation, spec::Proc> || std::is_same_v<Operation, spec::Sysfs> ||
    std::is_same_v<Operation, spec::RemountReadOnly> || std::is_same_v<Operation, spec::Chmod> ||
    std::is_same_v<Operation, spec::Mask> || std::is_same_v<Operation, spec::LockFile>;

template <typename Operation> Writable breadthOf(const Operation&) {
    return addsNothing<Operation> ? Writable::none : Writable::privateFiles;
}

bool isReadOnlyRoot(const spec::MountOperation& operation) {
    const auto* remount = std::get_if<spec::RemountReadOnly>(&operation);
    return remount != nullptr && splitPath(remount->target.text()).empty();
}

// The new root is a private tmpfs and writable unless the Spec ends that.
Writable breadthOf(const spec::Spec& spec) {
    const bool readOnlyRoot = std::any_of(spec.mounts.begin(), spec.mounts.end(), isReadOnlyRoot);
    Writable widest = readOnlyRoot ? Writable::none : Writable::privateFiles;
    for (const spec::MountOperation& operation : spec.mounts) {
        widest = std::max(widest, std::visit([](const auto& one) { return breadthOf(one); }, operation));
    }
    return widest;
}

bool bindsDevices(const spec::Spec& spec) {
    return std::any_of(spec.mounts.begin(), spec.mounts.end(), [](const spec::MountOperation& operation) {
        const auto* bind = std::get_if<spec::Bind>(&operation);
        return bind != nullptr && bind->devices;
    });
}

} // namespace

std::map<std::string, std::string> checkDetails(const spec::Spec& spec, const Caller& caller,
                                                const std::vector<Right>& needs, std::uint32_t running) {
    const auto needed = join(needs, [](Right right) { return actionOf(right); });
    const auto command = join(spec.argv, [](const std::string& argument) { return std::string_view(argument); });
    const std::string program = spec.argv.empty() ? std::string() : spec.argv.front();
    return {
        {"profile", spec.profile.empty() ? "default" : shorten(spec.profile)},
        {"program", shorten(program)},
        // Never "yes" before a profile can fix mounts and environment: LD_PRELOAD or a bind over /lib voids it.
        {"program-trusted", "no"},
        {"command-line", shorten(command)},
        {"namespaces", namespaceNames(spec.namespaces)},
        {"identity", std::string(spec::nameOf(spec.identity))},
        {"capabilities", capabilityNames(spec)},
        {"network", std::string(spec::nameOf(spec.network))},
        {"devices", bindsDevices(spec) ? "bound" : "none"},
        {"writable", std::string(writableName(breadthOf(spec)))},
        {"seccomp", std::string(spec::nameOf(spec.seccomp))},
        {"lifetime", std::string(lifetimeName(spec))},
        {"limits", "default"},
        {"running", std::string(runningClass(running))},
        {"caller-label", caller.appArmor ? shorten(caller.label) : "none"},
        {"needs", needed},
        {"api", "1"},
    };
}

} // namespace sandboxd::policy
