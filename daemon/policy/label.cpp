#include "policy/label.hpp"

#include <algorithm>

namespace sandboxd::policy {
namespace {

constexpr std::string_view unconfined = "unconfined";
constexpr std::string_view separator = "//&";

bool isPrintable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char character) {
        const auto byte = static_cast<unsigned char>(character);
        return byte >= 0x20 && byte != 0x7f;
    });
}

std::optional<std::set<std::string>> splitComponents(std::string_view names) {
    std::set<std::string> components;
    for (;;) {
        const std::size_t end = names.find(separator);
        const std::string_view component = names.substr(0, end);
        if (component.empty()) {
            return std::nullopt;
        }
        components.emplace(component);
        if (end == std::string_view::npos) {
            return components;
        }
        names.remove_prefix(end + separator.size());
    }
}

} // namespace

std::optional<Label> parseLabel(std::string_view text) {
    if (!text.empty() && text.back() == '\n') {
        text.remove_suffix(1);
    }
    if (text == unconfined) {
        return Label{{std::string(unconfined)}, ""};
    }
    // Only "unconfined" comes without a mode: a name alone is cut off or forged.
    const std::size_t open = text.rfind(" (");
    if (open == std::string_view::npos || text.back() != ')' || !isPrintable(text)) {
        return std::nullopt;
    }
    const std::string_view mode = text.substr(open + 2, text.size() - open - 3);
    auto components = splitComponents(text.substr(0, open));
    if (mode.empty() || !components) {
        return std::nullopt;
    }
    return Label{*std::move(components), std::string(mode)};
}

bool isConfined(const Label& label) {
    return !label.mode.empty() && label.mode != unconfined && label.mode != "complain";
}

bool isEnforced(const Label& label, std::string_view profile) {
    return label.mode == "enforce" && label.components.size() == 1 && *label.components.begin() == profile;
}

} // namespace sandboxd::policy
