#include "policy/quota.hpp"

namespace sandboxd::policy {
namespace {

Result<void> atMost(const char* key, std::size_t count, std::uint32_t limit) {
    if (count > limit) {
        return Error{ErrorCode::limitsExceeded,
                     std::string(key) + ": " + std::to_string(count) + " is more than " + std::to_string(limit)};
    }
    return {};
}

} // namespace

Result<void> withinLimits(const spec::Spec& spec, const Limits& limits) {
    const struct {
        const char* key;
        std::size_t count;
        std::uint32_t limit;
    } counts[] = {
        {"argv", spec.argv.size(), limits.arguments},
        {"env", spec.environment.size(), limits.environment},
        {"mounts", spec.mounts.size(), limits.mounts},
        {"description", spec.description.size(), limits.descriptionBytes},
        {"fds", spec.fdCount, limits.fdsPerMessage},
    };
    for (const auto& [key, count, limit] : counts) {
        if (Result<void> within = atMost(key, count, limit); !within) {
            return within;
        }
    }
    return {};
}

} // namespace sandboxd::policy
