#include "environment.hpp"

#include <algorithm>
#include <array>

namespace sandboxd::ctl {
namespace {

constexpr std::array<std::string_view, 4> secretEndings{"_TOKEN", "_SECRET", "_PASSWORD", "_KEY"};
constexpr std::array<std::string_view, 2> secretNames{"SSH_AUTH_SOCK", "XDG_RUNTIME_DIR"};
constexpr std::string_view busPrefix = "DBUS_";

struct Apply {
    std::vector<std::string>& entries;

    void operator()(const SetVariable& change) const {
        variables::removeVariable(entries, change.name);
        entries.push_back(change.name + "=" + change.value);
    }
    void operator()(const UnsetVariable& change) const { variables::removeVariable(entries, change.name); }
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
    std::vector<std::string> entries = variables::firstOfEachName(callers);
    if (!keepSecrets) {
        std::erase_if(entries, [](const std::string& entry) { return isSecret(variables::nameOf(entry)); });
    }
    for (const EnvironmentChange& change : changes) {
        std::visit(Apply{entries}, change);
    }
    return entries;
}

} // namespace sandboxd::ctl
