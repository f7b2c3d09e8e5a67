#include "broker/features.hpp"

#include "base/quote.hpp"
#include "spec/option_keys.hpp"

#include <algorithm>

namespace sandboxd::broker {

std::vector<std::string> listFeatures(const Platform& platform) {
    std::vector<std::string> features{"identity:host", "identity:mapped", "identity:namespace-root",
                                      "interface:1",   "network:host",    "network:loopback",
                                      "network:none",  "seccomp:default", "seccomp:minimal",
                                      "seccomp:off",   "seccomp:strict"};
    for (const spec::KeyRow& row : spec::optionKeys()) {
        if (row.status == spec::KeyStatus::supported) {
            features.push_back("option:" + std::string(row.name));
        }
    }
    for (const spec::MountRow& row : spec::mountOperations()) {
        if (row.status == spec::KeyStatus::supported) {
            features.push_back("mount:" + std::string(row.name));
        }
    }
    if (platform.appArmor) {
        features.emplace_back("apparmor");
    }
    if (platform.callerPidfd) {
        features.emplace_back("caller:pidfd");
    }
    if (platform.insecure) {
        features.emplace_back("insecure:no-apparmor-check");
    }
    std::sort(features.begin(), features.end());
    return features;
}

Result<void> requireFeatures(const std::vector<std::string>& required, const std::vector<std::string>& features) {
    for (const std::string& token : required) {
        if (!std::binary_search(features.begin(), features.end(), token)) {
            return Error{ErrorCode::featureMissing, "require: this daemon has no feature " + quote(token)};
        }
    }
    return {};
}

} // namespace sandboxd::broker
