#include "polkit_question.hpp"

namespace sandboxd::bench {
namespace {

double usecSince(const timespec& start) {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec - start.tv_sec) * 1e6 +
           static_cast<double>(now.tv_nsec - start.tv_nsec) / 1e3;
}

} // namespace

PolkitQuestion::PolkitQuestion() {
    if (sd_bus_open_system(&bus_) < 0) {
        fail("cannot connect to the system bus");
    }
}

PolkitQuestion::~PolkitQuestion() {
    sd_bus_unref(bus_);
}

// With the subject that every version of polkit takes, and without details, which it takes of the broker alone.
Sample PolkitQuestion::measure() {
    const char* name = nullptr;
    if (sd_bus_get_unique_name(bus_, &name) < 0) {
        fail("cannot find out our name on the bus");
    }
    timespec start{};
    ::clock_gettime(CLOCK_MONOTONIC, &start);
    if (sd_bus_call_method(bus_, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
                           "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization", nullptr, nullptr,
                           "(sa{sv})sa{ss}us", "system-bus-name", 1, "name", "s", name, "org.sandboxd1.spawn", 0, 0U,
                           "") < 0) {
        fail("polkit does not answer");
    }
    const double usec = usecSince(start);
    return {usec, usec};
}

} // namespace sandboxd::bench
