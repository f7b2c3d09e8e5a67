#include "path_text.hpp"

#include <vector>

namespace sandboxd::ctl {
namespace {

void appendComponents(std::vector<std::string_view>& components, std::string_view path) {
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view component = path.substr(0, slash);
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
        if (component == ".." && !components.empty()) {
            components.pop_back();
        } else if (!component.empty() && component != "." && component != "..") {
            components.push_back(component);
        }
    }
}

} // namespace

bool isWithin(std::string_view path, std::string_view directory) noexcept {
    if (directory == "/") {
        return true;
    }
    return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

std::string normalise(std::string_view path, std::string_view base) {
    std::vector<std::string_view> components;
    if (!path.starts_with('/')) {
        appendComponents(components, base);
    }
    appendComponents(components, path);
    std::string normal;
    for (const std::string_view component : components) {
        normal += '/';
        normal += component;
    }
    return normal.empty() ? "/" : normal;
}

std::string parentOf(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 || slash == std::string_view::npos ? "/" : std::string(path.substr(0, slash));
}

bool hasDotComponent(std::string_view relative) noexcept {
    return relative.starts_with('.') || relative.find("/.") != std::string_view::npos;
}

} // namespace sandboxd::ctl
