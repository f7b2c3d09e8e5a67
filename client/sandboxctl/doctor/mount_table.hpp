// /proc/self/mountinfo as values. Pure.
#pragma once

#include <string>
#include <vector>

namespace sandboxd::ctl::doctor {

struct Mount {
    std::string point; // as the kernel escapes it: \040 is a space
    std::string type;
    bool readOnly = false;
    friend bool operator==(const Mount&, const Mount&) = default;
};

// Lines that are none of proc_pid_mountinfo(5) are left out.
[[nodiscard]] std::vector<Mount> parseMountInfo(const std::string& text);

// Mount points below /proc that keep the kernel from mounting a new /proc in a user namespace.
[[nodiscard]] std::vector<std::string> coversOfProc(const std::vector<Mount>& mounts);

} // namespace sandboxd::ctl::doctor
