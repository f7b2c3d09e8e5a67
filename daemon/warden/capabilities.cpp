#include "warden/capabilities.hpp"

#include <linux/capability.h>

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sandboxd::warden {

namespace {

struct Sets {
    __user_cap_data_struct half[2];
};

bool get(Sets& sets) noexcept {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    return ::syscall(SYS_capget, &header, sets.half) == 0;
}

bool set(const Sets& sets) noexcept {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    return ::syscall(SYS_capset, &header, sets.half) == 0;
}

// PR_CAPBSET_READ is EINVAL beyond the kernel's last capability.
int boundingState(int capability) noexcept {
    return ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
}

// What is not inheritable the kernel lets nobody have in the ambient set (capabilities(7)).
bool isAmbient(int capability, bool isInheritable) noexcept {
    return isInheritable && ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0) == 1;
}

} // namespace

bool raiseEffective() noexcept {
    Sets sets{};
    if (!get(sets)) {
        return false;
    }
    for (auto& half : sets.half) {
        half.effective = half.permitted;
    }
    return set(sets);
}

bool useCapabilities(std::uint64_t mask) noexcept {
    Sets sets{};
    if (!get(sets)) {
        return false;
    }
    for (unsigned i = 0; i < 2; ++i) {
        sets.half[i].effective = sets.half[i].permitted & static_cast<std::uint32_t>(mask >> (32U * i));
    }
    return set(sets);
}

bool keepCapabilities(std::uint64_t mask) noexcept {
    Sets sets{};
    if (!get(sets)) {
        return false;
    }
    for (unsigned i = 0; i < 2; ++i) {
        sets.half[i].permitted &= static_cast<std::uint32_t>(mask >> (32U * i));
        sets.half[i].effective = sets.half[i].permitted;
        sets.half[i].inheritable = 0;
    }
    return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 && set(sets);
}

bool keepBounding(std::uint64_t mask) noexcept {
    for (int capability = 0; capability < 64; ++capability) {
        if ((mask & capabilityBit(capability)) != 0 || ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) {
            continue;
        }
        if (const int state = boundingState(capability); state != 0) {
            return state < 0;
        }
    }
    return true;
}

bool hasEffective(int capability) noexcept {
    Sets sets{};
    const auto number = static_cast<unsigned>(capability);
    return get(sets) && (sets.half[number / 32].effective & (1U << (number % 32))) != 0;
}

bool takeExactly(const HeldCapabilities& wanted) noexcept {
    Sets sets{};
    for (unsigned i = 0; i < 2; ++i) {
        const auto held = static_cast<std::uint32_t>(wanted.held >> (32U * i));
        sets.half[i] = {held, held, static_cast<std::uint32_t>(wanted.passed >> (32U * i))};
    }
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 || !set(sets)) {
        return false;
    }
    for (int capability = 0; capability < 64; ++capability) {
        if ((wanted.passed & capabilityBit(capability)) != 0 && boundingState(capability) >= 0 &&
            ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) {
            return false;
        }
    }
    return true;
}

bool hasExactly(const HeldCapabilities& wanted) noexcept {
    Sets sets{};
    if (!get(sets)) {
        return false;
    }
    for (int capability = 0; capability < 64; ++capability) {
        const int bounding = boundingState(capability);
        if (bounding < 0) {
            break;
        }
        const bool held = (wanted.held & capabilityBit(capability)) != 0;
        const bool passed = (wanted.passed & capabilityBit(capability)) != 0;
        const auto& half = sets.half[static_cast<unsigned>(capability) / 32];
        const auto has = [&](std::uint32_t bits) {
            return (bits >> (static_cast<unsigned>(capability) % 32) & 1U) != 0;
        };
        if (has(half.effective) != held || has(half.permitted) != held || (bounding != 0) != held ||
            has(half.inheritable) != passed || isAmbient(capability, passed) != passed) {
            return false;
        }
    }
    return true;
}

} // namespace sandboxd::warden
