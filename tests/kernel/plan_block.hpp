// The Plan's bytes for tests: an encoder of its own, independent of daemon/plan/encode, that can also be told to lie.
#pragma once

#include "plan/wire_format.hpp"

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sandboxd::kernel_test {

struct MountOperation {
    wire::MountKind kind = wire::MountKind::bind;
    std::string target;
    std::string source;
    std::uint32_t flags = 0;
    std::int32_t fd = -1;
    std::uint32_t mode = 0755;
    std::string content;
    std::uint64_t size = 0;
    std::vector<std::string> lowers;
    std::string work;
};

struct PlanBlock {
    wire::Header header{}; // scalar fields; tables and texts are filled in by bytes()
    std::string program = "/bin/true";
    std::vector<std::string> arguments{"true"};
    std::vector<std::string> environment;
    std::vector<std::uint32_t> groups;
    std::vector<MountOperation> mounts;
    std::vector<wire::FdAssignment> fds;
    std::vector<sock_filter> filter;
    std::vector<sock_filter> idleFilter;
    std::vector<std::uint32_t> callerFilters;
    std::string workingDirectory;
    std::string hostname;
    std::string label;

    // Everything unshared but time, loopback, a filter that allows all, 20 s for the setup.
    PlanBlock(std::uint32_t uid, std::uint32_t gid);

    PlanBlock& run(std::vector<std::string> command);
    PlanBlock& as(wire::IdentityKind identity, std::uint64_t capabilities = 0);
    PlanBlock& add(MountOperation operation);
    PlanBlock& bindReadOnly(const std::string& path);

    [[nodiscard]] std::vector<std::byte> bytes() const;
};

// A memfd with all four seals.
int sealedMemfd(const std::vector<std::byte>& bytes);
int unsealedMemfd(const std::vector<std::byte>& bytes);

} // namespace sandboxd::kernel_test
