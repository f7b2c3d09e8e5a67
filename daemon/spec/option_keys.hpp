// Which keys the interface has, and which of them this daemon builds. A key that is only known must be refused as
// NotSupported, never ignored: it may be a restriction that the caller counts on.
#pragma once

#include "base/result.hpp"

#include <span>
#include <string_view>

namespace sandboxd::spec {

enum class KeyStatus { supported, known };

struct KeyRow {
    std::string_view name;
    KeyStatus status;
};

struct MountRow {
    std::string_view name;
    KeyStatus status;
    std::span<const KeyRow> keys; // of an operation that is supported
};

// Tables in alphabetic order, for tests and `Features`.
[[nodiscard]] std::span<const KeyRow> optionKeys() noexcept;
[[nodiscard]] std::span<const MountRow> mountOperations() noexcept;

// UnknownOption or NotSupported, naming the key.
Result<void> checkOptionKey(std::string_view key);
Result<void> checkMountName(std::string_view name);
// For an operation that checkMountName() accepts.
Result<void> checkMountKey(std::string_view name, std::string_view key);

} // namespace sandboxd::spec
