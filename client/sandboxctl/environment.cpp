#include "environment.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

namespace sandboxd::ctl {
namespace {

constexpr std::array<std::string_view, 4> secretEndings{"_TOKEN", "_SECRET", "_PASSWORD", "_KEY"};
constexpr std::array<std::string_view, 2> secretNames{"SSH_AUTH_SOCK", "XDG_RUNTIME_DIR"};
constexpr std::string_view busPrefix = "DBUS_";

std::string_view nameOf(std::string_view entry) {
    return entry.substr(0, entry.find('='));
}

void remove(std::vector<std::string>& entries, std::string_view name) {
    std::erase_if(entries, [&](const std::string& entry) { return nameOf(entry) == name; });
}

struct Apply {
    std::vector<std::string>& entries;

    void operator()(const SetVariable& change) const {
        remove(entries, change.name);
        entries.push_back(change.name + "=" + change.value);
    }
    void operator()(const UnsetVariable& change) const { remove(entries, change.name); }
    void operator()(const ClearVariables&) const { entries.clear(); }
};

} // namespace

bool isSecret(std::string_view name) noexcept {
    return name.starts_with(busPrefix) ||
           std::find(secretNames.begin(), secretNames.end(), name) != secretNames.end() ||
           std::any_of(secretEndings.begin(), secretEndings.end(),
                       [&](std::string_view ending) { return name.ends_with(ending); });
}

std::vector<std::string> buildEnvironment(const std::vector<std::string>& callers, bool keepSecrets,
                                          const std::vector<EnvironmentChange>& changes) {
    std::vector<std::string> entries;
    std::unordered_set<std::string_view> seen;
    for (const std::string& entry : callers) {
        const std::string_view name = nameOf(entry);
        const bool named = !name.empty() && name.size() != entry.size();
        if (named && seen.insert(name).second && (keepSecrets || !isSecret(name))) {
            entries.push_back(entry);
        }
    }
    for (const EnvironmentChange& change : changes) {
        std::visit(Apply{entries}, change);
    }
    return entries;
}

} // namespace sandboxd::ctl
