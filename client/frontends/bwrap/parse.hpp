// bubblewrap's command line -> Command. Accepts, refuses and complains as bubblewrap 0.11.1 does. Pure but for
// `readArguments`.
#pragma once

#include "command.hpp"
#include "sandboxd/result.hpp"

#include <functional>
#include <span>
#include <string>
#include <variant>

namespace sandboxd::bwrap {

// --help and --version: for stdout.
struct Information {
    std::string text;
};

// There is no command: --help, for stderr.
struct NoCommand {};

// What is wrong, without "bwrap: ".
struct Mistake {
    std::string message;
    bool levelPrefix = false;
};

struct Parsed {
    std::variant<Command, Information, NoCommand, Mistake> outcome;
    std::string warnings; // whole lines for stderr, before anything else
};

// Reads a descriptor to its end and closes it; an errno if that fails.
using ReadArguments = std::function<std::variant<std::string, int>(int descriptor)>;

// `words`: without the program's own name, which is `program`. `capabilities`: what the command keeps unless options
// say otherwise.
[[nodiscard]] Parsed parse(const std::string& program, std::span<const std::string> words,
                           const ReadArguments& readArguments, std::set<std::string> capabilities = {});

} // namespace sandboxd::bwrap
