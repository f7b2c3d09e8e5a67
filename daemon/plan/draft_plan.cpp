#include "plan/draft_plan.hpp"

#include "policy/limits.hpp"

#include <algorithm>

namespace sandboxd::plan {
namespace {

template <typename... Cases> struct Overloaded : Cases... { using Cases::operator()...; };
template <typename... Cases> Overloaded(Cases...) -> Overloaded<Cases...>;

MountStep planTarget(wire::MountKind kind, const spec::AbsolutePath& target) {
    MountStep step;
    step.kind = kind;
    step.target = target.text();
    return step;
}

MountStep planBind(const spec::Bind& bind) {
    MountStep step = planTarget(wire::MountKind::bind, bind.target);
    step.flags = (bind.recursive ? wire::mountRecursive : 0U) | (bind.readOnly ? wire::mountReadOnly : 0U) |
                 (bind.devices ? wire::mountDevices : 0U) | (bind.optional ? wire::mountOptional : 0U);
    if (const auto* path = std::get_if<spec::CallerPath>(&bind.source)) {
        step.source = path->text();
    } else {
        step.flags |= wire::mountSourceIsFd;
        step.fd = static_cast<std::int32_t>(std::get<spec::RequestFd>(bind.source).index);
    }
    return step;
}

MountStep planTmpfs(const spec::Tmpfs& tmpfs) {
    MountStep step = planTarget(wire::MountKind::tmpfs, tmpfs.target);
    step.mode = tmpfs.mode;
    step.size = tmpfs.size;
    return step;
}

MountStep planDirectory(const spec::Directory& directory) {
    MountStep step = planTarget(wire::MountKind::directory, directory.target);
    step.mode = directory.mode;
    return step;
}

void planContent(MountStep& step, const spec::Content& content) {
    if (const auto* bytes = std::get_if<std::string>(&content)) {
        step.content = *bytes;
    } else {
        step.flags |= wire::mountSourceIsFd;
        step.fd = static_cast<std::int32_t>(std::get<spec::RequestFd>(content).index);
    }
}

MountStep planFile(const spec::File& file) {
    MountStep step = planTarget(wire::MountKind::file, file.target);
    step.mode = file.mode;
    planContent(step, file.content);
    return step;
}

MountStep planBindFile(const spec::BindFile& file) {
    MountStep step = planTarget(wire::MountKind::bindFile, file.target);
    step.mode = file.mode;
    step.flags = file.readOnly ? wire::mountReadOnly : 0U;
    planContent(step, file.content);
    return step;
}

MountStep planChmod(const spec::Chmod& chmod) {
    MountStep step = planTarget(wire::MountKind::chmod, chmod.target);
    step.mode = chmod.mode;
    return step;
}

MountStep planOverlay(const spec::Overlay& overlay) {
    MountStep step = planTarget(wire::MountKind::overlay, overlay.target);
    step.flags = overlay.kind == spec::Overlay::Kind::readOnly ? wire::mountReadOnly : 0U;
    for (const spec::CallerPath& lower : overlay.lower) {
        step.lowers.push_back(lower.text());
    }
    step.source = overlay.upper ? overlay.upper->text() : "";
    step.work = overlay.work ? overlay.work->text() : "";
    return step;
}

MountStep planSymlink(const spec::Symlink& link) {
    MountStep step = planTarget(wire::MountKind::symlink, link.target);
    step.source = link.text;
    return step;
}

MountStep planMount(const spec::MountOperation& operation) {
    return std::visit(
        Overloaded{
            [](const spec::Bind& bind) { return planBind(bind); },
            [](const spec::Tmpfs& tmpfs) { return planTmpfs(tmpfs); },
            [](const spec::Proc& proc) { return planTarget(wire::MountKind::proc, proc.target); },
            [](const spec::Dev& dev) { return planTarget(wire::MountKind::dev, dev.target); },
            [](const spec::Devpts& devpts) { return planTarget(wire::MountKind::devpts, devpts.target); },
            [](const spec::Mqueue& mqueue) { return planTarget(wire::MountKind::mqueue, mqueue.target); },
            [](const spec::Sysfs& sysfs) { return planTarget(wire::MountKind::sysfs, sysfs.target); },
            [](const spec::Overlay& overlay) { return planOverlay(overlay); },
            [](const spec::Directory& directory) { return planDirectory(directory); },
            [](const spec::File& file) { return planFile(file); },
            [](const spec::BindFile& file) { return planBindFile(file); },
            [](const spec::Symlink& link) { return planSymlink(link); },
            [](const spec::Chmod& chmod) { return planChmod(chmod); },
            [](const spec::Mask& mask) { return planTarget(wire::MountKind::mask, mask.target); },
            [](const spec::LockFile& lock) { return planTarget(wire::MountKind::lockFile, lock.target); },
            [](const spec::RemountReadOnly& it) { return planTarget(wire::MountKind::remountReadOnly, it.target); },
        },
        operation);
}

std::uint32_t planNamespaces(const spec::Namespaces& namespaces) {
    return (namespaces.pid ? wire::unsharePid : 0U) | (namespaces.ipc ? wire::unshareIpc : 0U) |
           (namespaces.uts ? wire::unshareUts : 0U) | (namespaces.cgroup ? wire::unshareCgroup : 0U) |
           (namespaces.time ? wire::unshareTime : 0U);
}

wire::IdentityKind planIdentity(spec::Identity identity) {
    switch (identity) {
    case spec::Identity::mapped:
        return wire::IdentityKind::mapped;
    case spec::Identity::host:
        return wire::IdentityKind::host;
    case spec::Identity::namespaceRoot:
        return wire::IdentityKind::namespaceRoot;
    }
    return wire::IdentityKind::mapped;
}

wire::Network planNetwork(spec::Network network) {
    switch (network) {
    case spec::Network::none:
        return wire::Network::none;
    case spec::Network::loopback:
        return wire::Network::loopback;
    case spec::Network::host:
        return wire::Network::host;
    }
    return wire::Network::none;
}

std::uint32_t planInsideId(std::optional<std::uint32_t> id, const std::optional<spec::MappedId>& map,
                           std::uint32_t own) {
    return map ? map->inside : id.value_or(own);
}

void planInsideIds(Plan& plan, const spec::InsideIds& ids) {
    plan.insideUid = planInsideId(ids.uid, ids.uidMap, plan.uid);
    plan.insideGid = planInsideId(ids.gid, ids.gidMap, plan.gid);
}

void planCommand(Plan& plan, const spec::Spec& spec) {
    plan.program = spec.argv.front();
    plan.arguments = spec.argv;
    plan.arguments.front() = spec.argv0.value_or(spec.argv.front());
    plan.environment = spec.environment;
    plan.process = (spec.newSession ? wire::processNewSession : 0U) | (spec.init ? 0U : wire::processIsFirst) |
                   (spec.nestedUserNamespaces ? wire::processNesting : 0U);
    plan.personality = spec.personality;
    if (spec.workingDirectory) {
        plan.workingDirectory = spec.workingDirectory->text();
    }
}

std::int32_t planIndex(const std::optional<spec::FdIndex>& index) {
    return index ? static_cast<std::int32_t>(index->value) : -1;
}

void planDescriptors(Plan& plan, const spec::Spec& spec) {
    for (const auto& [number, index] : spec.fds) {
        plan.fds.push_back({number, index.value});
    }
    plan.lifeline = planIndex(spec.lifeline);
    plan.terminal = planIndex(spec.terminal);
    plan.fdSocket = planIndex(spec.fdSocket);
    plan.info = planIndex(spec.info);
    plan.status = planIndex(spec.status);
    plan.block = planIndex(spec.block);
    plan.sync = planIndex(spec.sync);
    plan.fdCount = spec.fdCount;
    for (const spec::FdIndex filter : spec.seccompFds) {
        plan.callerFilters.push_back(filter.value);
    }
}

std::uint64_t planCapabilities(const spec::Spec& spec) {
    const bool hasAny = spec.identity == spec::Identity::namespaceRoot;
    return hasAny ? spec.capabilities.value_or(spec::allCapabilities) : 0;
}

void planIsolation(Plan& plan, const spec::Spec& spec) {
    plan.identity = planIdentity(spec.identity);
    plan.capabilities = planCapabilities(spec);
    plan.namespaces = planNamespaces(spec.namespaces);
    plan.network = planNetwork(spec.network);
    plan.hostname = spec.hostname;
    for (const spec::MountOperation& operation : spec.mounts) {
        plan.mounts.push_back(planMount(operation));
    }
}

std::uint64_t planTimeout(const spec::Spec& spec) {
    constexpr std::uint64_t ceiling = policy::defaultLimits.setupUsec;
    return std::min(ceiling, spec.startTimeoutUsec.value_or(ceiling));
}

} // namespace

Plan draftPlan(const spec::Spec& spec, const OwnIds& ids) {
    Plan plan;
    plan.uid = ids.uid;
    plan.gid = ids.gid;
    planInsideIds(plan, spec.ids);
    planCommand(plan, spec);
    planDescriptors(plan, spec);
    planIsolation(plan, spec);
    plan.setupTimeoutUsec = planTimeout(spec);
    return plan;
}

} // namespace sandboxd::plan
