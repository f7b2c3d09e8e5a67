#include "account.hpp"

#include <charconv>
#include <nss.h>

namespace sandboxd::ctl {
namespace {

std::optional<uid_t> parseUid(const std::string& text) {
    uid_t uid = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, uid);
    constexpr auto nobodyAtAll = static_cast<uid_t>(-1); // means "no uid" to system calls
    return error == std::errc{} && rest == end && uid != nobodyAtAll ? std::optional(uid) : std::nullopt;
}

} // namespace

// In a static program any other source would load shared libraries of another libc, and with --as do so as root.
const passwd* findAccount(const std::string& name) {
    __nss_configure_lookup("passwd", "files");
    __nss_configure_lookup("group", "files");
    __nss_configure_lookup("initgroups", "files");
    return ::getpwnam(name.c_str());
}

std::optional<uid_t> findUid(const std::string& text) {
    const passwd* account = findAccount(text);
    return account != nullptr ? std::optional(account->pw_uid) : parseUid(text);
}

} // namespace sandboxd::ctl
