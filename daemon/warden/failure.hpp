// What a step of the setup returns: nothing, or where it failed. The broker words it (launch/step_names).
#pragma once

#include "plan/warden_protocol.hpp"

#include <cerrno>
#include <cstdint>

namespace sandboxd::warden {

using wire::SetupStep;

struct [[nodiscard]] Failure {
    SetupStep step = SetupStep::none;
    std::uint32_t operation = wire::noOperation;
    std::int32_t error = 0;

    explicit operator bool() const noexcept { return error != 0; }
};

inline constexpr Failure success{};

// errno must still be that of the call that failed.
inline Failure failed(SetupStep step, std::uint32_t operation = wire::noOperation) noexcept {
    return {step, operation, errno == 0 ? EIO : errno};
}

inline Failure failedWith(int error, SetupStep step, std::uint32_t operation = wire::noOperation) noexcept {
    return {step, operation, error};
}

} // namespace sandboxd::warden
