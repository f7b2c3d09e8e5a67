// Text of single options -> checked values. Each function knows one option and names its key in the error; what several
// options must agree on is validate.hpp's. Pure.
#pragma once

#include "base/result.hpp"
#include "spec/spec.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sandboxd::spec {

// Strips one final NUL (GLib's byte strings carry it); InvalidOption for any other.
Result<std::string> parseBytes(std::string_view key, std::string_view bytes);

// InvalidArgs: empty list, empty first argument, a NUL inside.
Result<std::vector<std::string>> parseArguments(const std::vector<std::string>& arguments);

// InvalidOption: an entry without "=" or without a name before it, a name given twice, a NUL inside.
Result<std::vector<std::string>> parseEnvironment(const std::vector<std::string>& entries);

// InvalidOption for an unknown word; NotSupported for one that the interface knows and this daemon does not build.
Result<Identity> parseIdentity(std::string_view text);
Result<Seccomp> parseSeccomp(std::string_view text);
Result<Network> parseNetwork(std::string_view text);
Result<Lifetime> parseLifetime(std::string_view text);

// InvalidOption for the number that stands for "no id" (chown(2)).
Result<std::uint32_t> parseId(std::string_view key, std::uint32_t id);

// The lines of a map as they came. Exactly one of one id, else NotSupported.
struct IdMapLine {
    std::uint32_t inside = 0;
    std::uint32_t outside = 0;
    std::uint32_t count = 0;
};
Result<MappedId> parseIdMap(std::string_view key, const std::vector<IdMapLine>& lines);

// What is not shared with the caller; `mount` must be in the list.
Result<Namespaces> parseNamespaces(const std::vector<std::string>& names);

// Permission bits and the sticky bit. Set-id bits are InvalidOption: every mount of a sandbox is nosuid.
Result<std::uint32_t> parseMode(std::string_view key, std::uint32_t mode);

// What a symbolic link says: not empty, at most 4,095 bytes, one final NUL stripped.
Result<std::string> parseLinkText(std::string_view key, std::string_view bytes);

} // namespace sandboxd::spec
