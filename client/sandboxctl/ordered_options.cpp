#include "ordered_options.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <map>

namespace sandboxd::ctl {
namespace {

using Arguments = std::array<std::string, 2>;

struct Row {
    const char* name;
    int values; // arguments that follow
    const char* placeholder;
    const char* help;
    void (*apply)(RunRequest& request, const Arguments& arguments);
};

constexpr std::array rows{
    Row{"--bind", 2, "SRC DEST", "Show SRC at DEST, read-write",
        [](RunRequest& request, const Arguments& a) {
            request.mounts.emplace_back(client::Bind{a[0], a[1]});
        }},
    Row{"--ro-bind", 2, "SRC DEST", "Show SRC at DEST, read-only",
        [](RunRequest& request, const Arguments& a) {
            request.mounts.emplace_back(client::Bind{a[0], a[1], true});
        }},
    Row{"--bind-try", 2, "SRC DEST", "The same as --bind, or nothing if there is no SRC",
        [](RunRequest& request, const Arguments& a) {
            request.mounts.emplace_back(client::Bind{.source = a[0], .target = a[1], .optional = true});
        }},
    Row{"--ro-bind-try", 2, "SRC DEST", "The same as --ro-bind, or nothing if there is no SRC",
        [](RunRequest& request, const Arguments& a) {
            request.mounts.emplace_back(
                client::Bind{.source = a[0], .target = a[1], .readOnly = true, .optional = true});
        }},
    Row{"--dev-bind", 2, "SRC DEST", "Show SRC at DEST, read-write, its devices too",
        [](RunRequest& request, const Arguments& a) {
            request.mounts.emplace_back(client::Bind{.source = a[0], .target = a[1], .devices = true});
        }},
    Row{"--tmpfs", 1, "DEST", "An empty file system of its own at DEST",
        [](RunRequest& request, const Arguments& a) { request.mounts.emplace_back(client::Tmpfs{a[0]}); }},
    Row{"--tmp-overlay", 2, "SRC DEST", "Show SRC at DEST; what is written is lost at the end",
        [](RunRequest& request, const Arguments& a) {
            request.mounts.emplace_back(
                client::Overlay{.lower = {a[0]}, .target = a[1], .kind = client::OverlayKind::temporary});
        }},
    Row{"--mask", 1, "DEST", "Hide what is at DEST",
        [](RunRequest& request, const Arguments& a) { request.mounts.emplace_back(client::Mask{a[0]}); }},
    Row{"--dir", 1, "DEST", "A directory at DEST",
        [](RunRequest& request, const Arguments& a) { request.mounts.emplace_back(client::Directory{a[0]}); }},
    Row{"--symlink", 2, "TEXT DEST", "A symbolic link at DEST that says TEXT",
        [](RunRequest& request, const Arguments& a) {
            request.mounts.emplace_back(client::Symlink{a[0], a[1]});
        }},
    Row{"--setenv", 2, "VAR VALUE", "Set a variable of the environment",
        [](RunRequest& request, const Arguments& a) {
            request.environment.emplace_back(SetVariable{a[0], a[1]});
        }},
    Row{"--unsetenv", 1, "VAR", "Remove a variable of the environment",
        [](RunRequest& request, const Arguments& a) { request.environment.emplace_back(UnsetVariable{a[0]}); }},
    Row{"--clearenv", 0, "", "Remove all variables",
        [](RunRequest& request, const Arguments&) { request.environment.emplace_back(ClearVariables{}); }},
};

CLI::Option* add(CLI::App& run, const Row& row) {
    if (row.values == 0) {
        return run.add_flag(row.name, row.help);
    }
    // Exactly its values and no more: what follows is the next option.
    return run.add_option(row.name, CLI::callback_t([](const CLI::results_t&) { return true; }), row.help)
        ->type_name(row.placeholder)
        ->type_size(row.values)
        ->expected(1, CLI::detail::expected_max_vector_size)
        ->allow_extra_args(false);
}

const Row* rowOf(const CLI::App& run, const CLI::Option* option) {
    for (const Row& row : rows) {
        if (run.get_option_no_throw(row.name) == option) {
            return &row;
        }
    }
    return nullptr;
}

bool isVariableName(const std::string& name) {
    return !name.empty() && name.find('=') == std::string::npos;
}

std::optional<std::string> checkNames(const RunRequest& request) {
    for (const EnvironmentChange& change : request.environment) {
        const auto* set = std::get_if<SetVariable>(&change);
        if (set != nullptr && !isVariableName(set->name)) {
            return "--setenv: \"" + set->name + "\" is not the name of a variable";
        }
    }
    return std::nullopt;
}

} // namespace

void addOrderedOptions(CLI::App& run) {
    for (const Row& row : rows) {
        add(run, row);
    }
}

std::optional<std::string> readOrderedOptions(const CLI::App& run, RunRequest& request) {
    std::map<const CLI::Option*, std::size_t> used;
    Arguments arguments;
    std::size_t collected = 0;
    // The parser notes an option once for each of its values (for a flag: once).
    for (const CLI::Option* option : run.parse_order()) {
        const Row* row = rowOf(run, option);
        if (row == nullptr) {
            continue;
        }
        if (row->values > 0) {
            arguments.at(collected++) = option->results().at(used[option]++);
        }
        if (collected == static_cast<std::size_t>(row->values)) {
            row->apply(request, arguments);
            collected = 0;
        }
    }
    return checkNames(request);
}

} // namespace sandboxd::ctl
