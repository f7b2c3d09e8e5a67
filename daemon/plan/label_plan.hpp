// Which AppArmor label a payload gets, as a table of pure facts.
#pragma once

#include "base/result.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace sandboxd::plan {

// A label as the kernel prints it: "a//&b (mode)"; the mode follows the last " (", names may hold spaces.
struct Label {
    std::set<std::string> components; // a child profile "a//b" is one component
    std::string mode;                 // "" if none is printed ("unconfined")
    friend bool operator==(const Label&, const Label&) = default;
};

// nullopt for text that is no label.
[[nodiscard]] std::optional<Label> parseLabel(std::string_view text);

// True if any component is held to: mode enforce, kill or prompt, or a mix that may hold one ("mixed").
[[nodiscard]] bool isConfined(const Label& label);

inline constexpr std::string_view payloadProfile = "sandboxd-payload";

// nullopt: AppArmor is off, no label. CallerConfined: an unreadable label, or a confined caller without the Right.
Result<std::optional<std::string>> payloadLabel(bool appArmor, std::string_view callerLabel,
                                                bool confinedCallerAllowed);

} // namespace sandboxd::plan
