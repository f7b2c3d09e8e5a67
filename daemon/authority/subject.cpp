#include "authority/subject.hpp"

#include <charconv>

namespace sandboxd::authority {

Subject subjectOf(const std::string& uniqueName) {
    return Subject{std::string("system-bus-name"),
                   std::map<std::string, sdbus::Variant>{{"name", sdbus::Variant(uniqueName)}}};
}

Subject subjectOf(int pidfd, std::uint32_t uid) {
    return Subject{std::string("unix-process"),
                   std::map<std::string, sdbus::Variant>{{"pidfd", sdbus::Variant(sdbus::UnixFd(pidfd))},
                                                         {"uid", sdbus::Variant(static_cast<std::int32_t>(uid))}}};
}

// "126"; up to 0.120 the number was the second one.
bool takesPidfdSubjects(const std::string& version) {
    constexpr unsigned first = 124;
    unsigned number = 0;
    const char* end = version.data() + version.size();
    const auto [rest, error] = std::from_chars(version.data(), end, number);
    return error == std::errc() && number >= first;
}

} // namespace sandboxd::authority
