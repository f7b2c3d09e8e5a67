// The Spec resolved into plain values for the warden: what encode.hpp writes and describe.hpp prints.
#pragma once

#include "plan/wire_format.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct sock_filter; // linux/filter.h

namespace sandboxd::plan {

struct MountStep {
    wire::MountKind kind = wire::MountKind::bind;
    std::uint32_t flags = 0; // wire::MountFlag
    std::string target;
    std::string source; // empty = none
    std::int32_t fd = -1;
    std::uint32_t mode = 0;
    std::string content;
    std::uint64_t size = 0;
    std::vector<std::string> lowers; // of an overlay
    std::string work;                // empty = none
};

struct Plan {
    wire::IdentityKind identity = wire::IdentityKind::mapped;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint32_t insideUid = 0; // what these are inside
    std::uint32_t insideGid = 0;
    std::uint64_t capabilities = 0; // the payload's, 1 << number each
    std::vector<std::uint32_t> groups;
    std::uint32_t namespaces = 0; // wire::NamespaceFlag
    wire::Network network = wire::Network::none;
    std::string program;
    std::vector<std::string> arguments; // argv as the payload sees it
    std::vector<std::string> environment;
    std::vector<MountStep> mounts; // one for each operation of the Spec, same order: report indexes are the Spec's
    std::vector<wire::FdAssignment> fds;
    std::string_view filterName;
    std::span<const sock_filter> filter;      // the payload's, may be empty; outlives the Plan
    std::span<const sock_filter> idleFilter;  // init's; outlives the Plan
    std::vector<std::uint32_t> callerFilters; // descriptors of further ones for the payload
    std::optional<std::string> workingDirectory;
    std::optional<std::string> hostname;
    std::optional<std::string> label;
    std::int32_t lifeline = -1;
    std::int32_t terminal = -1;
    std::int32_t fdSocket = -1;
    std::int32_t info = -1;
    std::int32_t status = -1;
    std::int32_t block = -1;
    std::int32_t sync = -1;
    std::uint32_t process = 0; // wire::ProcessFlag
    std::uint32_t personality = 0;
    std::uint32_t fdCount = 0;
    std::uint64_t setupTimeoutUsec = 0;
};

} // namespace sandboxd::plan
