// The words of closed choices, as options say them: for details, results and descriptions.
#pragma once

#include "spec/spec.hpp"

#include <string_view>

namespace sandboxd::spec {

[[nodiscard]] constexpr std::string_view nameOf(Identity identity) noexcept {
    switch (identity) {
    case Identity::mapped:
        return "mapped";
    case Identity::host:
        return "host";
    case Identity::namespaceRoot:
        return "namespace-root";
    }
    return {};
}

[[nodiscard]] constexpr std::string_view nameOf(Seccomp seccomp) noexcept {
    switch (seccomp) {
    case Seccomp::standard:
        return "default";
    case Seccomp::strict:
        return "strict";
    case Seccomp::minimal:
        return "minimal";
    case Seccomp::off:
        return "off";
    }
    return {};
}

[[nodiscard]] constexpr std::string_view nameOf(Network network) noexcept {
    switch (network) {
    case Network::none:
        return "none";
    case Network::loopback:
        return "loopback";
    case Network::host:
        return "host";
    }
    return {};
}

} // namespace sandboxd::spec
