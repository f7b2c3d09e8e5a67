#include "launch/step_names.hpp"

#include "base/error_text.hpp"
#include "base/quote.hpp"

#include <array>
#include <cerrno>

namespace sandboxd::launch {

namespace {

using wire::SetupStep;

struct StepRow {
    SetupStep step;
    std::string_view text;
};

// In the order of the enumeration; a test compares.
constexpr std::array<StepRow, 32> rows{{
    {SetupStep::none, "nothing"},
    {SetupStep::reservation, "reserve a warden"},
    {SetupStep::probe, "look at the caller"},
    {SetupStep::plan, "read the plan"},
    {SetupStep::join, "join the caller's namespaces"},
    {SetupStep::cgroup, "use the control group"},
    {SetupStep::namespaces, "make the namespaces"},
    {SetupStep::maps, "write the id maps"},
    {SetupStep::label, "change the AppArmor label"},
    {SetupStep::identity, "change the ids"},
    {SetupStep::limits, "set the limits"},
    {SetupStep::source, "open the source"},
    {SetupStep::root, "make the new root"},
    {SetupStep::mount, "make the target"},
    {SetupStep::network, "bring the loopback interface up"},
    {SetupStep::hostname, "set the hostname"},
    {SetupStep::confine, "confine the payload"},
    {SetupStep::verify, "verify the confinement"},
    {SetupStep::workingDirectory, "enter the working directory"},
    {SetupStep::descriptors, "hand over the descriptors"},
    {SetupStep::lifeline, "use the lifeline"},
    {SetupStep::exec, "execute"},
    {SetupStep::timeout, "finish in time"},
    {SetupStep::killed, "keep a process of the setup alive"},
    {SetupStep::payloadLabel, "give the payload the AppArmor label"},
    {SetupStep::terminal, "take the terminal"},
    {SetupStep::information, "write to info-fd or status-fd"},
    {SetupStep::moreFds, "receive descriptors from fd-socket"},
    {SetupStep::callerFilter, "use the filter"},
    {SetupStep::userNamespace, "enter the given user namespace"},
    {SetupStep::laterUserNamespace, "change to the second user namespace"},
    {SetupStep::pidNamespace, "enter the given pid namespace"},
}};

// What the operation of the step `mount` did.
std::string_view verbOf(wire::MountKind kind) {
    switch (kind) {
    case wire::MountKind::mqueue:
        return "mount message queues on";
    case wire::MountKind::sysfs:
        return "mount sysfs on";
    case wire::MountKind::overlay:
        return "mount the overlay on";
    case wire::MountKind::chmod:
        return "change the mode of";
    case wire::MountKind::mask:
        return "mask";
    case wire::MountKind::lockFile:
        return "lock";
    default:
        return nameOf(SetupStep::mount);
    }
}

std::string_view verbOf(const wire::Report& report, const plan::Plan& plan) {
    const bool known = report.step == SetupStep::mount && report.operation < plan.mounts.size();
    return known ? verbOf(plan.mounts[report.operation].kind) : nameOf(report.step);
}

std::string objectOf(const wire::Report& report, const plan::Plan& plan) {
    if (report.step == SetupStep::payloadLabel) {
        return " " + quote(plan.label.value_or(""));
    }
    if (report.operation >= plan.mounts.size()) {
        return report.step == SetupStep::workingDirectory ? " " + quote(plan.workingDirectory.value_or("/")) : "";
    }
    const plan::MountStep& mount = plan.mounts[report.operation];
    if (report.step != SetupStep::source) {
        return " " + quote(mount.target);
    }
    if (mount.kind == wire::MountKind::overlay) {
        return " of the overlay on " + quote(mount.target);
    }
    return mount.fd >= 0 ? " (descriptor)" : " " + quote(mount.source);
}

std::string keyOf(const wire::Report& report) {
    if (report.operation != wire::noOperation) {
        return "mounts: operation " + std::to_string(report.operation) + ": ";
    }
    return report.step == SetupStep::workingDirectory ? "cwd: " : "";
}

std::string describeMoreFds(int error) {
    switch (error) {
    case ENOTSOCK:
        return "not a local socket of type SOCK_SEQPACKET";
    case EBADMSG:
        return "a packet has other than one number for each descriptor";
    case EBADF:
        return "a number is above 252 or given twice";
    case EMFILE:
        return "more than " + std::to_string(wire::maxPayloadFds) + " descriptors in all";
    default:
        return "";
    }
}

// What an administrator has to look at: the errno alone sends them to file modes.
std::string_view hintOf(const wire::Report& report, const plan::Plan& plan) {
    const bool mounting = report.step == SetupStep::mount && report.operation < plan.mounts.size();
    if (mounting && plan.mounts[report.operation].kind == wire::MountKind::overlay && report.error == EROFS) {
        return " (the kernel would have made it read-only: its work directory cannot be used)";
    }
    if (report.step == SetupStep::payloadLabel && report.error == ENOENT) {
        return " (it is not loaded)";
    }
    if (report.step == SetupStep::payloadLabel && report.error == EACCES) {
        return " (it is not enforced, or the profile \"sandboxd-spawner//warden\" has no change_profile rule for it)";
    }
    const bool handsOver = report.step == SetupStep::descriptors || report.step == SetupStep::moreFds;
    if (handsOver && report.error == EACCES) {
        return " (AppArmor: a confined caller can hand over pipes and sockets only)";
    }
    // The mode of a file plays no part in a clone; only AppArmor answers so.
    if (report.step == SetupStep::namespaces && report.error == EACCES) {
        return " (AppArmor: the profile \"sandboxd-spawner//warden\" has no rule \"userns,\")";
    }
    return "";
}

Error describeExec(const wire::Report& report, const plan::Plan& plan) {
    return {ErrorCode::execFailed, "argv: cannot execute " + quote(plan.program) + ": " + errorText(report.error)};
}

// The bytes are the caller's: what is wrong with them is its mistake.
Error describeFilter(const wire::Report& report) {
    const std::string filter = "seccomp-fds: filter " + std::to_string(report.operation);
    if (report.error == EBADMSG) {
        return {ErrorCode::invalidOption, filter + " is not 1 to 4096 instructions of 8 bytes"};
    }
    if (report.error == EINVAL) {
        return {ErrorCode::invalidOption, filter + " is no classic BPF that the kernel takes"};
    }
    return {ErrorCode::badFileDescriptor, filter + ": cannot use it: " + errorText(report.error)};
}

} // namespace

std::string_view nameOf(SetupStep step) noexcept {
    const auto index = static_cast<std::size_t>(step);
    return index < rows.size() ? rows[index].text : "do an unknown step";
}

Error describeFailure(const wire::Report& report, const plan::Plan& plan) {
    if (report.step == SetupStep::exec) {
        return describeExec(report, plan);
    }
    if (const std::string wrong = describeMoreFds(report.error); report.step == SetupStep::moreFds && !wrong.empty()) {
        return {ErrorCode::badFileDescriptor, "fd-socket: " + wrong};
    }
    if (report.step == SetupStep::terminal && report.error == ENOTTY) {
        return {ErrorCode::badFileDescriptor, "terminal: not a pseudo-terminal"};
    }
    if (report.step == SetupStep::callerFilter) {
        return describeFilter(report);
    }
    if (report.step == SetupStep::lifeline) {
        return report.error == EBADF
                   ? Error{ErrorCode::badFileDescriptor, "lifeline: neither a pipe nor a stream socket"}
                   : Error{ErrorCode::setupFailed, "lifeline: its other end was closed"};
    }
    return {ErrorCode::setupFailed, "setup: " + keyOf(report) + "cannot " + std::string(verbOf(report, plan)) +
                                        objectOf(report, plan) + ": " + errorText(report.error) +
                                        std::string(hintOf(report, plan))};
}

} // namespace sandboxd::launch
