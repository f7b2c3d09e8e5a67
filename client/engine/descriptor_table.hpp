// The descriptors of a request, in the order in which they are named.
#pragma once

#include "spec/spec.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace sandboxd::engine {

class DescriptorTable {
public:
    std::uint32_t add(int fd) {
        fds_.push_back(fd);
        return static_cast<std::uint32_t>(fds_.size() - 1);
    }
    std::optional<spec::FdIndex> add(const std::optional<int>& fd) {
        return fd ? std::optional(spec::FdIndex{add(*fd)}) : std::nullopt;
    }

    [[nodiscard]] std::size_t size() const noexcept { return fds_.size(); }
    [[nodiscard]] std::vector<int> release() && { return std::move(fds_); }

private:
    std::vector<int> fds_;
};

} // namespace sandboxd::engine
