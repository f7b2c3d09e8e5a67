#include "spec/parse.hpp"

#include "base/quote.hpp"

#include <array>
#include <optional>
#include <set>
#include <span>

namespace sandboxd::spec {
namespace {

constexpr std::uint32_t modeBits = 01777;
constexpr std::uint32_t noId = UINT32_MAX;

Error invalid(std::string_view key, const std::string& why) {
    return Error{ErrorCode::invalidOption, std::string(key) + ": " + why};
}

std::string_view withoutFinalNul(std::string_view bytes) {
    if (!bytes.empty() && bytes.back() == '\0') {
        bytes.remove_suffix(1);
    }
    return bytes;
}

// A word of a closed choice; without a value it is one that is documented but not built.
template <typename T> struct Word {
    std::string_view text;
    std::optional<T> value;
};

template <typename T> Result<T> parseWord(std::string_view key, std::string_view text, std::span<const Word<T>> words) {
    for (const Word<T>& word : words) {
        if (word.text != text) {
            continue;
        }
        if (!word.value) {
            return Error{ErrorCode::notSupported, std::string(key) + ": " + quote(text) + " is not supported"};
        }
        return *word.value;
    }
    return invalid(key, quote(text) + " is none of its values");
}

Result<std::string> parseEntry(std::string_view bytes, std::set<std::string>& names) {
    Result<std::string> entry = parseBytes("env", bytes);
    if (!entry) {
        return entry;
    }
    const std::size_t nameLength = entry.value().find('=');
    if (nameLength == std::string::npos || nameLength == 0) {
        return invalid("env", quote(entry.value()) + " is not NAME=value");
    }
    const std::string name = entry.value().substr(0, nameLength);
    if (!names.insert(name).second) {
        return invalid("env", quote(name) + " is given twice");
    }
    return entry;
}

} // namespace

Result<std::string> parseBytes(std::string_view key, std::string_view bytes) {
    const std::string_view text = withoutFinalNul(bytes);
    if (text.find('\0') != std::string_view::npos) {
        return invalid(key, quote(text) + " holds a NUL");
    }
    return std::string(text);
}

Result<std::vector<std::string>> parseArguments(const std::vector<std::string>& arguments) {
    std::vector<std::string> parsed;
    parsed.reserve(arguments.size());
    for (const std::string& bytes : arguments) {
        Result<std::string> argument = parseBytes("argv", bytes);
        if (!argument) {
            return Error{ErrorCode::invalidArgs, argument.error().message};
        }
        parsed.push_back(std::move(argument).value());
    }
    if (parsed.empty()) {
        return Error{ErrorCode::invalidArgs, "argv: no command"};
    }
    if (parsed.front().empty()) {
        return Error{ErrorCode::invalidArgs, "argv: the command is empty"};
    }
    return parsed;
}

Result<std::vector<std::string>> parseEnvironment(const std::vector<std::string>& entries) {
    std::vector<std::string> parsed;
    parsed.reserve(entries.size());
    std::set<std::string> names;
    for (const std::string& bytes : entries) {
        Result<std::string> entry = parseEntry(bytes, names);
        if (!entry) {
            return std::move(entry).error();
        }
        parsed.push_back(std::move(entry).value());
    }
    return parsed;
}

Result<Identity> parseIdentity(std::string_view text) {
    static constexpr std::array<Word<Identity>, 3> words{
        {{"mapped", Identity::mapped}, {"host", Identity::host}, {"namespace-root", Identity::namespaceRoot}}};
    return parseWord<Identity>("identity", text, words);
}

Result<Seccomp> parseSeccomp(std::string_view text) {
    static constexpr std::array<Word<Seccomp>, 4> words{{{"default", Seccomp::standard},
                                                         {"strict", Seccomp::strict},
                                                         {"minimal", Seccomp::minimal},
                                                         {"off", Seccomp::off}}};
    return parseWord<Seccomp>("seccomp", text, words);
}

Result<Network> parseNetwork(std::string_view text) {
    static constexpr std::array<Word<Network>, 5> words{{{"none", Network::none},
                                                         {"loopback", Network::loopback},
                                                         {"host", Network::host},
                                                         {"pasta", std::nullopt},
                                                         {"join", std::nullopt}}};
    return parseWord<Network>("network", text, words);
}

Result<Lifetime> parseLifetime(std::string_view text) {
    static constexpr std::array<Word<Lifetime>, 3> words{
        {{"call", Lifetime::call}, {"fd", Lifetime::fd}, {"detached", std::nullopt}}};
    return parseWord<Lifetime>("lifetime", text, words);
}

Result<std::uint32_t> parseId(std::string_view key, std::uint32_t id) {
    if (id == noId) {
        return invalid(key, std::to_string(id) + " is no id");
    }
    return id;
}

Result<MappedId> parseIdMap(std::string_view key, const std::vector<IdMapLine>& lines) {
    if (lines.empty()) {
        return invalid(key, "no line");
    }
    for (const IdMapLine& line : lines) {
        if (line.inside == noId || line.outside == noId || line.count == 0) {
            return invalid(key, "a line maps no id");
        }
    }
    if (lines.size() > 1 || lines.front().count > 1) {
        return Error{ErrorCode::notSupported, std::string(key) + ": more than one id is not supported"};
    }
    return MappedId{lines.front().inside, lines.front().outside};
}

Result<Namespaces> parseNamespaces(const std::vector<std::string>& names) {
    enum class Name { mount, pid, ipc, uts, cgroup, time };
    static constexpr std::array<Word<Name>, 6> words{{{"mount", Name::mount},
                                                      {"pid", Name::pid},
                                                      {"ipc", Name::ipc},
                                                      {"uts", Name::uts},
                                                      {"cgroup", Name::cgroup},
                                                      {"time", Name::time}}};
    std::set<Name> given;
    for (const std::string& text : names) {
        const Result<Name> name = parseWord<Name>("namespaces", text, words);
        if (!name) {
            return name.error();
        }
        if (!given.insert(name.value()).second) {
            return invalid("namespaces", quote(text) + " is given twice");
        }
    }
    if (!given.contains(Name::mount)) {
        return invalid("namespaces", "\"mount\" must be in it");
    }
    return Namespaces{given.contains(Name::pid), given.contains(Name::ipc), given.contains(Name::uts),
                      given.contains(Name::cgroup), given.contains(Name::time)};
}

Result<std::uint32_t> parseMode(std::string_view key, std::uint32_t mode) {
    if ((mode & ~modeBits) != 0) {
        return invalid(key, "mode has bits other than 01777");
    }
    return mode;
}

Result<std::string> parseLinkText(std::string_view key, std::string_view bytes) {
    const Result<CallerPath> text = CallerPath::parse(key, withoutFinalNul(bytes));
    if (!text) {
        return text.error();
    }
    return text.value().text();
}

} // namespace sandboxd::spec
