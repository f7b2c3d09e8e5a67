#include "path_inside.hpp"

#include <algorithm>

namespace sandboxd::bwrap {

std::string pathInside(std::string_view path) {
    std::string inside;
    while (!path.empty()) {
        const std::string_view component = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), component.size() + 1));
        if (component == "..") {
            inside.resize(inside.empty() ? 0 : inside.rfind('/'));
        } else if (!component.empty() && component != ".") {
            inside += '/';
            inside += component;
        }
    }
    return inside.empty() ? "/" : inside;
}

bool liesWithin(std::string_view path, std::string_view directory) {
    return directory == "/" || path == directory ||
           (path.starts_with(directory) && path.substr(directory.size()).starts_with('/'));
}

std::optional<std::string> pathOutside(std::span<const Operation> operations, std::string_view path) {
    for (auto operation = operations.rbegin(); operation != operations.rend(); ++operation) {
        const std::string target = pathInside(operation->target);
        if (liesWithin(path, target) && operation->kind != Kind::symlink && operation->kind != Kind::directory) {
            return operation->kind == Kind::bind ? std::optional(below(operation->source, restBelow(path, target)))
                                                 : std::nullopt;
        }
    }
    return std::nullopt;
}

std::string below(std::string_view directory, std::string_view rest) {
    return std::string(directory == "/" && !rest.empty() ? "" : directory) + std::string(rest);
}

std::string_view restBelow(std::string_view path, std::string_view directory) {
    if (directory == "/") {
        return path == "/" ? "" : path;
    }
    return path.substr(directory.size());
}

} // namespace sandboxd::bwrap
