#include "sample_plan.hpp"

#include "grant_for_tests.hpp"

namespace sandboxd::plan {

spec::AbsolutePath absolute(std::string_view text) {
    return spec::AbsolutePath::parse("path", text).value();
}

spec::CallerPath callerPath(std::string_view text) {
    return spec::CallerPath::parse("path", text).value();
}

const FilterSet& tinyFilters() {
    static const sock_filter load{0x20, 0, 0, 4};
    static const sock_filter allow{0x06, 0, 0, 0x7fff0000};
    static const auto ofLength = [](std::size_t length) {
        std::vector<sock_filter> filter(length, load);
        filter.back() = allow;
        return filter;
    };
    static const FilterSet filters{.standard = ofLength(2),
                                   .strict = ofLength(3),
                                   .minimal = ofLength(1),
                                   .capable = ofLength(4),
                                   .nesting = ofLength(5),
                                   .host = ofLength(6),
                                   .hostFloor = ofLength(7),
                                   .idle = ofLength(8)};
    return filters;
}

policy::Caller sampleCaller() {
    policy::Caller caller;
    caller.uid = 1000;
    caller.gid = 1001;
    caller.groups = {27, 1001};
    return caller;
}

Machine sampleMachine() {
    return Machine{false, tinyFilters()};
}

spec::Spec smallestSpec() {
    spec::Spec spec;
    spec.argv = {"true"};
    return spec;
}

spec::Spec fullSpec() {
    spec::Spec spec = smallestSpec();
    spec.argv = {"/bin/sh", "-c", "echo \"\n"};
    spec.argv0 = "-sh";
    spec.environment = {"PATH=/usr/bin", "EMPTY="};
    spec.workingDirectory = absolute("/work");
    spec.fds = {{0, spec::FdIndex{1}}, {7, spec::FdIndex{1}}};
    spec.fdCount = 3;
    spec.lifeline = spec::FdIndex{2};
    spec.lifetime = spec::Lifetime::fd;
    spec.terminal = spec::FdIndex{1};
    spec.info = spec::FdIndex{0};
    spec.status = spec::FdIndex{1};
    spec.block = spec::FdIndex{2};
    spec.sync = spec::FdIndex{0};
    spec.namespaces.cgroup = false;
    spec.namespaces.time = true;
    spec.ids.uid = 0;
    spec.ids.gid = 5;
    spec.seccomp = spec::Seccomp::strict;
    spec.personality = 8;
    spec.seccompFds = {{2}, {0}};
    spec.hostname = "box";
    spec.network = spec::Network::loopback;
    spec.startTimeoutUsec = 5'000'000;
    spec.mounts = {
        spec::Bind{spec::CallerPath::parse("source", "../usr").value(), absolute("/usr"), true},
        spec::Bind{spec::RequestFd{0}, absolute("/work")},
        spec::Bind{.source = spec::CallerPath::parse("source", "/dev").value(),
                   .target = absolute("/d"),
                   .devices = true,
                   .optional = true,
                   .recursive = false},
        spec::Tmpfs{absolute("/tmp"), 01777, 4096},
        spec::Proc{absolute("/proc")},
        spec::Dev{absolute("/dev")},
        spec::Devpts{absolute("/dev/pts")},
        spec::Directory{absolute("/var"), 0700},
        spec::File{absolute("/etc/hosts"), "127.0.0.1\tbox\n", 0600},
        spec::File{absolute("/empty"), "", 0},
        spec::Symlink{absolute("/bin"), "usr/bin"},
        spec::Mqueue{absolute("/dev/mqueue")},
        spec::Sysfs{absolute("/sys")},
        spec::Overlay{.lower = {callerPath("/a"), callerPath("b")},
                      .target = absolute("/o"),
                      .kind = spec::Overlay::Kind::writable,
                      .upper = callerPath("/u"),
                      .work = callerPath("w")},
        spec::Overlay{.lower = {callerPath("/a"), callerPath("/b")}, .target = absolute("/r")},
        spec::BindFile{absolute("/secret"), spec::RequestFd{1}, 0600, true},
        spec::Chmod{absolute("/o"), 01777},
        spec::Mask{absolute("/home")},
        spec::LockFile{absolute("/lock")},
        spec::RemountReadOnly{absolute("/")},
    };
    return spec;
}

spec::Spec rootSpec() {
    spec::Spec spec = smallestSpec();
    spec.identity = spec::Identity::namespaceRoot;
    spec.ids.uid = 0;
    spec.ids.gid = 0;
    spec.capabilities = (1U << 13U) | 1U;
    spec.nestedUserNamespaces = true;
    spec.init = false;
    return spec;
}

spec::Spec hostSpec() {
    spec::Spec spec = smallestSpec();
    spec.identity = spec::Identity::host;
    return spec;
}

Plan planOf(const spec::Spec& spec) {
    const policy::Grant grant = policy::GrantForTests::of(policy::requiredRights(spec, sampleCaller()));
    return buildPlan(spec, sampleCaller(), grant, sampleMachine()).value();
}

} // namespace sandboxd::plan
