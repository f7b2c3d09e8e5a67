// AppArmor labels of this thread: one immediate change each, read back. A change that fails leaves the old label in
// place, so every failure here is fatal to the caller's step.
#pragma once

#include <cstddef>

namespace sandboxd::warden {

inline constexpr const char* spawnerLabel = "sandboxd-spawner";
inline constexpr const char* probeLabel = "sandboxd-spawner//probe";
inline constexpr const char* wardenLabel = "sandboxd-spawner//warden";
inline constexpr const char* initLabel = "sandboxd-spawner//init";
inline constexpr const char* idleLabel = "sandboxd-spawner//idle";

inline constexpr std::size_t labelCapacity = 1100; // of a printed label that we handle

// Changes to `label` and reads it back, in enforce mode. False with errno. `proc` is used before Linux 6.8 only.
bool changeLabel(int proc, const char* label) noexcept;

// The label of this thread with its mode, NUL-terminated.
bool readOwnLabel(int proc, char* out, std::size_t capacity) noexcept;

// The label of the process whose /proc directory this is.
bool readLabelOf(int processDirectory, char* out, std::size_t capacity) noexcept;

// `printed` is "a//&b (enforce)": the same components as `wanted`, in any order (the kernel sorts them).
bool isLabelEnforced(const char* printed, const char* wanted) noexcept;

// True if a component of the printed label is held to its rules: enforce, kill, prompt or a mix.
bool isLabelConfined(const char* printed) noexcept;

} // namespace sandboxd::warden
