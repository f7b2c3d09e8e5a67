// Rules on AppArmor: on at all, and with our profiles.
#include "rules.hpp"

#include <algorithm>
#include <array>

namespace sandboxd::ctl::doctor {
namespace {

// Children come with their parents.
constexpr std::array ours{"sandboxd", "sandboxd-spawner", "sandboxd-payload", "sandboxd-payload-root"};

constexpr const char* loadCommand =
    "apparmor_parser -r /etc/apparmor.d/sandboxd /etc/apparmor.d/sandboxd-spawner /etc/apparmor.d/sandboxd-payload "
    "/etc/apparmor.d/sandboxd-payload-root";

// "" if all of ours are loaded and enforced.
std::string faultsOf(const std::vector<LoadedProfile>& loaded) {
    std::string faults;
    for (const std::string name : ours) {
        const auto found =
            std::find_if(loaded.begin(), loaded.end(), [&](const auto& one) { return one.name == name; });
        if (found == loaded.end() || found->mode != "enforce") {
            faults += (faults.empty() ? "" : ", ") + name;
            faults += found == loaded.end() ? " is not loaded" : " is in mode " + found->mode;
        }
    }
    return faults;
}

// What a sandbox shows to somebody who cannot read the list.
Finding judgeByPayload(const Facts& facts) {
    const std::string askRoot = "not readable for this user";
    if (!facts.sandbox || !facts.sandbox->worked) {
        return {"profiles", State::note, askRoot, "ask as root: sandboxctl doctor"};
    }
    if (facts.sandbox->label.empty()) {
        return {"profiles", State::warning, "the sandbox was not confined by AppArmor", loadCommand};
    }
    return {"profiles", State::ok, "a payload runs under " + facts.sandbox->label + "; the others: ask as root", ""};
}

} // namespace

Finding judgeAppArmor(const Facts& facts) {
    const AppArmorFacts& appArmor = facts.host.appArmor;
    if (!appArmor.on) {
        return {"apparmor", State::note, "off: sandboxes work, with one wall less",
                "put apparmor into the kernel's lsm= list"};
    }
    if (!appArmor.mediatesUserNamespaces) {
        return {"apparmor", State::note, "on; this kernel does not ask it about user namespaces", ""};
    }
    return {"apparmor", State::ok, "on, and asked about user namespaces", ""};
}

Finding judgeProfiles(const Facts& facts) {
    const AppArmorFacts& appArmor = facts.host.appArmor;
    if (!appArmor.on) {
        return {"profiles", State::ok, "not needed: AppArmor is off", ""};
    }
    if (!appArmor.profiles) {
        return judgeByPayload(facts);
    }
    if (const std::string faults = faultsOf(*appArmor.profiles); !faults.empty()) {
        return {"profiles", obstacle(facts), faults,
                appArmor.profileFiles ? loadCommand : "install sandboxd's profiles"};
    }
    return {"profiles", State::ok, "loaded and enforced", ""};
}

} // namespace sandboxd::ctl::doctor
