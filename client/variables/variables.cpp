#include "variables.hpp"

#include <unordered_set>

namespace sandboxd::variables {

std::string_view nameOf(std::string_view entry) noexcept {
    return entry.substr(0, entry.find('='));
}

std::vector<std::string> firstOfEachName(const std::vector<std::string>& entries) {
    std::vector<std::string> first;
    std::unordered_set<std::string_view> seen;
    for (const std::string& entry : entries) {
        const std::string_view name = nameOf(entry);
        if (!name.empty() && name.size() != entry.size() && seen.insert(name).second) {
            first.push_back(entry);
        }
    }
    return first;
}

void removeVariable(std::vector<std::string>& entries, std::string_view name) {
    std::erase_if(entries, [&](const std::string& entry) { return nameOf(entry) == name; });
}

} // namespace sandboxd::variables
