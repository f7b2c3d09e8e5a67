#include "authority/authority.hpp"

#include "authority/check.hpp"

namespace sandboxd::authority {

Authority::Authority(sd_event* loop, sdbus::IConnection& connection, policy::Quota& quota, const policy::Limits& limits)
    : loop_(loop), polkit_(sdbus::createProxy(connection, bus::ServiceName{"org.freedesktop.PolicyKit1"},
                                              sdbus::ObjectPath{"/org/freedesktop/PolicyKit1/Authority"})),
      quota_(quota), limits_(limits) {}

Authority::~Authority() = default;

std::unique_ptr<Authority::Check> Authority::ask(Question question, Answer answer, std::function<void()> dialogOpened) {
    return std::make_unique<Check>(*this, std::move(question), std::move(answer), std::move(dialogOpened));
}

} // namespace sandboxd::authority
