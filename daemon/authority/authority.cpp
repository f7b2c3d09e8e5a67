#include "authority/authority.hpp"

#include "authority/check.hpp"
#include "authority/subject.hpp"

namespace sandboxd::authority {

namespace {

// Asked once and not waited for: until the answer is there, and where there is none, subjects go by name.
template <typename Take> void askVersion(sdbus::IProxy& polkit, Take take) {
    try {
        polkit.callMethodAsync("Get")
            .onInterface("org.freedesktop.DBus.Properties")
            .withArguments(std::string("org.freedesktop.PolicyKit1.Authority"), std::string("BackendVersion"))
            .uponReplyInvoke([take](bus::CallError error, const sdbus::Variant& version) {
                if (!error && version.containsValueOfType<std::string>()) {
                    take(version.get<std::string>());
                }
            });
    } catch (const sdbus::Error&) {
        return;
    }
}

} // namespace

Authority::Authority(sd_event* loop, sdbus::IConnection& connection, policy::Quota& quota, const policy::Limits& limits)
    : loop_(loop), polkit_(sdbus::createProxy(connection, bus::ServiceName{"org.freedesktop.PolicyKit1"},
                                              sdbus::ObjectPath{"/org/freedesktop/PolicyKit1/Authority"})),
      quota_(quota), limits_(limits) {
    askVersion(*polkit_, [this](const std::string& version) { takesPidfds_ = takesPidfdSubjects(version); });
}

Authority::~Authority() = default;

std::unique_ptr<Authority::Check> Authority::ask(Question question, Answer answer, std::function<void()> dialogOpened) {
    return std::make_unique<Check>(*this, std::move(question), std::move(answer), std::move(dialogOpened));
}

} // namespace sandboxd::authority
