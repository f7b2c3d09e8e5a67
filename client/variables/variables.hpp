// Environments as lists of "NAME=value", and what command lines say about them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sandboxd::variables {

struct SetVariable {
    std::string name;
    std::string value;
};
struct UnsetVariable {
    std::string name;
};
struct ClearVariables {};
using EnvironmentChange = std::variant<SetVariable, UnsetVariable, ClearVariables>;

// What stands before the "=", or all of it.
[[nodiscard]] std::string_view nameOf(std::string_view entry) noexcept;

// What has no name is left out, of a name that comes twice the first stays, as getenv(3) would see it.
[[nodiscard]] std::vector<std::string> firstOfEachName(const std::vector<std::string>& entries);

void removeVariable(std::vector<std::string>& entries, std::string_view name);

} // namespace sandboxd::variables
