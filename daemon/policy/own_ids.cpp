#include "policy/own_ids.hpp"

namespace sandboxd::policy {
namespace {

Result<void> checkOwn(const char* key, const std::optional<spec::MappedId>& map, std::uint32_t own) {
    if (map && map->outside != own) {
        return Error{ErrorCode::notSupported, std::string(key) + ": " + std::to_string(map->outside) +
                                                  " is not the caller's own, " + std::to_string(own) +
                                                  ": mapping others is not supported"};
    }
    return {};
}

} // namespace

Result<void> checkOwnIds(const spec::Spec& spec, const Caller& caller) {
    if (Result<void> uid = checkOwn("uid-map", spec.ids.uidMap, caller.uid); !uid) {
        return uid;
    }
    return checkOwn("gid-map", spec.ids.gidMap, caller.gid);
}

} // namespace sandboxd::policy
