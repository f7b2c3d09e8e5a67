#include "environment.hpp"

#include <algorithm>

namespace sandboxd::bwrap {
namespace {

auto find(const std::vector<std::string>& environment, std::string_view name) {
    return std::find_if(environment.begin(), environment.end(),
                        [&](const std::string& entry) { return variables::nameOf(entry) == name; });
}

struct Apply {
    std::vector<std::string>& environment;

    void operator()(const SetVariable& change) const { setVariable(environment, change.name, change.value); }
    void operator()(const UnsetVariable& change) const { variables::removeVariable(environment, change.name); }
    void operator()(const ClearVariables&) const { environment.clear(); }
};

} // namespace

void setVariable(std::vector<std::string>& environment, const std::string& name, const std::string& value) {
    const auto at = find(environment, name) - environment.begin();
    std::string entry = name + "=" + value;
    if (at == static_cast<std::ptrdiff_t>(environment.size())) {
        environment.push_back(std::move(entry));
    } else {
        environment[static_cast<std::size_t>(at)] = std::move(entry);
    }
}

std::optional<std::string> variable(const std::vector<std::string>& environment, std::string_view name) {
    const auto found = find(environment, name);
    return found == environment.end() ? std::nullopt : std::optional(found->substr(name.size() + 1));
}

std::vector<std::string> buildEnvironment(const std::vector<std::string>& callers,
                                          const std::vector<EnvironmentChange>& changes) {
    std::vector<std::string> environment = variables::firstOfEachName(callers);
    for (const EnvironmentChange& change : changes) {
        std::visit(Apply{environment}, change);
    }
    return environment;
}

} // namespace sandboxd::bwrap
