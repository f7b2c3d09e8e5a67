#include "plan/describe.hpp"

#include "base/quote.hpp"
#include "spec/capability.hpp"

#include <linux/filter.h>

#include <array>
#include <string_view>

namespace sandboxd::plan {
namespace {

std::string_view nameOf(wire::MountKind kind) {
    switch (kind) {
    case wire::MountKind::bind:
        return "bind";
    case wire::MountKind::tmpfs:
        return "tmpfs";
    case wire::MountKind::proc:
        return "proc";
    case wire::MountKind::dev:
        return "dev";
    case wire::MountKind::devpts:
        return "devpts";
    case wire::MountKind::directory:
        return "directory";
    case wire::MountKind::file:
        return "file";
    case wire::MountKind::symlink:
        return "symlink";
    case wire::MountKind::remountReadOnly:
        return "remount-read-only";
    case wire::MountKind::mqueue:
        return "mqueue";
    case wire::MountKind::sysfs:
        return "sysfs";
    case wire::MountKind::overlay:
        return "overlay";
    case wire::MountKind::bindFile:
        return "bind-file";
    case wire::MountKind::chmod:
        return "chmod";
    case wire::MountKind::mask:
        return "mask";
    case wire::MountKind::lockFile:
        return "lock-file";
    }
    return {};
}

std::string_view nameOf(wire::Network network) {
    switch (network) {
    case wire::Network::none:
        return "none";
    case wire::Network::loopback:
        return "loopback";
    case wire::Network::host:
        return "host";
    }
    return {};
}

std::string_view nameOf(wire::IdentityKind identity) {
    switch (identity) {
    case wire::IdentityKind::mapped:
        return "mapped";
    case wire::IdentityKind::host:
        return "host";
    case wire::IdentityKind::namespaceRoot:
        return "namespace-root";
    }
    return {};
}

std::string octal(std::uint32_t mode) {
    std::string digits;
    for (; mode != 0; mode >>= 3U) {
        digits.insert(digits.begin(), static_cast<char>('0' + (mode & 7U)));
    }
    return "0" + digits;
}

std::string describeSource(const MountStep& step) {
    if ((step.flags & wire::mountSourceIsFd) != 0) {
        return " from descriptor " + std::to_string(step.fd);
    }
    if (step.source.empty()) {
        return {};
    }
    const bool isLink = step.kind == wire::MountKind::symlink;
    const bool isOverlay = step.kind == wire::MountKind::overlay;
    return (isLink ? " saying " : isOverlay ? " upper " : " from ") + quote(step.source);
}

constexpr std::array<std::pair<std::uint32_t, std::string_view>, 5> flagWords{
    {{wire::mountReadOnly, " read-only"},
     {wire::mountRecursive, " recursive"},
     {wire::mountNoSymlinks, " without symlinks"},
     {wire::mountDevices, " devices"},
     {wire::mountOptional, " optional"}}};

std::string describeMount(const MountStep& step) {
    std::string text = std::string(nameOf(step.kind)) + " " + quote(step.target) + describeSource(step);
    for (const auto& [flag, word] : flagWords) {
        text += (step.flags & flag) != 0 ? word : "";
    }
    if (step.mode != 0) {
        text += " mode " + octal(step.mode);
    }
    if (step.size != 0) {
        text += " size " + std::to_string(step.size);
    }
    const bool isFile = step.kind == wire::MountKind::file || step.kind == wire::MountKind::bindFile;
    if (isFile && step.fd < 0) {
        text += " content " + quote(step.content);
    }
    text += step.work.empty() ? "" : " work " + quote(step.work);
    for (const std::string& lower : step.lowers) {
        text += " lower " + quote(lower);
    }
    return text;
}

std::string describeNamespaces(std::uint32_t namespaces) {
    static constexpr std::array<std::pair<std::uint32_t, std::string_view>, 5> names{{{wire::unsharePid, " pid"},
                                                                                      {wire::unshareIpc, " ipc"},
                                                                                      {wire::unshareUts, " uts"},
                                                                                      {wire::unshareCgroup, " cgroup"},
                                                                                      {wire::unshareTime, " time"}}};
    std::string text = "user mount";
    for (const auto& [flag, name] : names) {
        text += (namespaces & flag) != 0 ? name : "";
    }
    return text;
}

std::string describeId(std::uint32_t outside, std::uint32_t inside) {
    return std::to_string(outside) + (inside == outside ? "" : " as " + std::to_string(inside));
}

std::string describeIdentity(const Plan& plan) {
    std::string text = std::string(nameOf(plan.identity)) + " uid " + describeId(plan.uid, plan.insideUid) + " gid " +
                       describeId(plan.gid, plan.insideGid) + " groups";
    for (const std::uint32_t group : plan.groups) {
        text += " " + std::to_string(group);
    }
    return text;
}

// Lines in the order in which the warden takes the steps.
class Lines {
public:
    void add(std::string_view subject, const std::string& text) {
        text_ += subject;
        text_ += ": ";
        text_ += text;
        text_ += '\n';
    }
    void addIf(std::string_view subject, const std::optional<std::string>& text) {
        if (text) {
            add(subject, quote(*text));
        }
    }
    std::string release() && { return std::move(text_); }

private:
    std::string text_;
};

void describeRoot(Lines& lines, const Plan& plan) {
    lines.add("timeout", std::to_string(plan.setupTimeoutUsec) + " usec");
    lines.add("namespaces", describeNamespaces(plan.namespaces));
    lines.add("identity", describeIdentity(plan));
    if (plan.identity == wire::IdentityKind::namespaceRoot) {
        lines.add("capabilities", spec::describeCapabilities(plan.capabilities));
    }
    if ((plan.process & wire::processNesting) != 0) {
        lines.add("nested user namespaces", "allowed");
    }
    for (std::size_t position = 0; position < plan.mounts.size(); ++position) {
        lines.add("mount " + std::to_string(position), describeMount(plan.mounts[position]));
    }
    lines.add("network", std::string(nameOf(plan.network)));
    lines.addIf("hostname", plan.hostname);
}

void describePayload(Lines& lines, const Plan& plan) {
    for (const wire::FdAssignment& fd : plan.fds) {
        lines.add("fd " + std::to_string(fd.number), "descriptor " + std::to_string(fd.index));
    }
    if (plan.lifeline >= 0) {
        lines.add("lifeline", "descriptor " + std::to_string(plan.lifeline));
    }
    const std::pair<const char*, std::int32_t> descriptors[] = {{"fd-socket", plan.fdSocket},
                                                                {"info", plan.info},
                                                                {"status", plan.status},
                                                                {"block", plan.block},
                                                                {"sync", plan.sync}};
    for (const auto& [subject, index] : descriptors) {
        if (index >= 0) {
            lines.add(subject, "descriptor " + std::to_string(index));
        }
    }
    lines.add("session", (plan.process & wire::processNewSession) != 0 ? "new" : "none of its own");
    if (plan.terminal >= 0) {
        lines.add("terminal", "descriptor " + std::to_string(plan.terminal));
    }
    if ((plan.process & wire::processIsFirst) != 0) {
        lines.add("process", "1, without an init");
    }
    if (plan.personality != 0) {
        lines.add("personality", std::to_string(plan.personality));
    }
    lines.addIf("label", plan.label);
    lines.add("filter", std::string(plan.filterName));
    for (const std::uint32_t filter : plan.callerFilters) {
        lines.add("filter", "descriptor " + std::to_string(filter));
    }
    lines.add("cwd", quote(plan.workingDirectory.value_or("/")));
    for (const std::string& entry : plan.environment) {
        lines.add("env", quote(entry));
    }
    lines.add("exec", quote(plan.program));
    for (std::size_t position = 0; position < plan.arguments.size(); ++position) {
        lines.add("arg " + std::to_string(position), quote(plan.arguments[position]));
    }
}

} // namespace

std::string describe(const Plan& plan) {
    Lines lines;
    describeRoot(lines, plan);
    describePayload(lines, plan);
    return std::move(lines).release();
}

} // namespace sandboxd::plan
