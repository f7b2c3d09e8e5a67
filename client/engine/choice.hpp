// Which engine builds a front end's sandbox, as the user chooses.
#pragma once

#include "sandboxd/result.hpp"

namespace sandboxd::engine {

inline constexpr const char* choiceVariable = "SANDBOXD_ENGINE";

// automatic: native where the kernel lets the caller make namespaces, else the broker.
enum class Choice { automatic, native, broker };

// `value`: of the variable; nullptr if it is not set. Of a value that is none the error names the variable.
[[nodiscard]] client::Result<Choice> parseChoice(const char* value);

} // namespace sandboxd::engine
