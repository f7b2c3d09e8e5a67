#include "broker/own_label.hpp"

#include "base/quote.hpp"
#include "policy/label.hpp"

#include <sys/apparmor.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace sandboxd::broker {

namespace {

constexpr std::string_view profile = "sandboxd";

struct Free {
    void operator()(char* text) const { ::free(text); }
};

Error unreadable(std::string_view what) {
    return {ErrorCode::setupFailed, "cannot read " + std::string(what) + ": " + ::strerrordesc_np(errno)};
}

// "name" and "mode" come apart, the mode null for a label without one.
std::string join(const char* name, const char* mode) {
    return mode == nullptr ? std::string(name) : std::string(name) + " (" + mode + ")";
}

} // namespace

Result<OwnLabel> readOwnLabel() {
    if (::aa_is_enabled() == 0) {
        // Not built in or off at boot; anything else (no memory, no securityfs, no permission) is no answer.
        if (errno == ENOSYS || errno == ECANCELED) {
            return OwnLabel{};
        }
        return unreadable("whether AppArmor is on");
    }
    char* name = nullptr;
    char* mode = nullptr; // inside of `name`
    if (::aa_getcon(&name, &mode) < 0) {
        return unreadable("the broker's AppArmor label");
    }
    const std::unique_ptr<char, Free> owner(name);
    return OwnLabel{true, join(name, mode)};
}

Result<void> checkOwnLabel(const OwnLabel& label) {
    if (!label.appArmor) {
        return {};
    }
    const std::optional<policy::Label> parsed = policy::parseLabel(label.text);
    if (parsed && policy::isEnforced(*parsed, profile)) {
        return {};
    }
    return Error{ErrorCode::setupFailed, "cannot serve under the AppArmor label " + quote(label.text) +
                                             ": it must be \"sandboxd (enforce)\"; load the profile with "
                                             "apparmor_parser --replace /etc/apparmor.d/sandboxd"};
}

} // namespace sandboxd::broker
