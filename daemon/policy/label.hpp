// AppArmor labels as the kernel prints them, read as data. Never asks the kernel.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace sandboxd::policy {

// "a//&b (mode)"; the mode follows the last " (", names may hold spaces.
struct Label {
    std::set<std::string> components; // a child profile "a//b" is one component
    std::string mode;                 // "" if none is printed ("unconfined")
    friend bool operator==(const Label&, const Label&) = default;
};

// nullopt for text that is no label.
[[nodiscard]] std::optional<Label> parseLabel(std::string_view text);

// True unless every component is known to hold nothing back (unconfined, complain): a mode that is not known, or a mix
// that may hold an enforced one ("mixed"), counts as confined.
[[nodiscard]] bool isConfined(const Label& label);

// True if `label` is that one profile, held to its rules: no stack, no complaining.
[[nodiscard]] bool isEnforced(const Label& label, std::string_view profile);

} // namespace sandboxd::policy
