// sandboxd, the broker: composes its parts, takes its name, runs the loop. Holds no capability and refuses root.
#include "authority/authority.hpp"
#include "base/log.hpp"
#include "base/quote.hpp"
#include "broker/features.hpp"
#include "broker/own_label.hpp"
#include "bus/manager.hpp"
#include "options.hpp"
#include "plan/seccomp_filter.hpp"

#include <systemd/sd-daemon.h>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>

namespace sandboxd {
namespace {

int fail(const std::string& message) {
    log::write(log::Level::error, log::service, message);
    return EXIT_FAILURE;
}

// Before anything of a caller's is read. Without the profile the broker would serve with one wall less, and nobody
// would notice.
Result<bool> checkAppArmor(const Options& options) {
    Result<broker::OwnLabel> label = broker::readOwnLabel();
    if (!label) {
        return std::move(label).error();
    }
    if (!options.checksAppArmor) {
        log::write(log::Level::warning, log::service,
                   "INSECURE: --insecure-no-apparmor-check: the broker serves under any AppArmor label, now " +
                       quote(label.value().text));
    } else if (auto checked = broker::checkOwnLabel(label.value()); !checked) {
        return std::move(checked).error();
    }
    return label.value().appArmor;
}

// SIGTERM and SIGINT end the loop; sandboxes go on without us.
void endOnSignals(sd_event* loop) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    sd_event_add_signal(loop, nullptr, SIGTERM, nullptr, nullptr);
    sd_event_add_signal(loop, nullptr, SIGINT, nullptr, nullptr);
}

int serve(const Options& options, bool appArmor, const plan::FilterSet& filters) {
    sd_event* loop = nullptr;
    if (sd_event_default(&loop) < 0) {
        return fail("cannot make the event loop");
    }
    endOnSignals(loop);
    const auto connection = sdbus::createSystemBusConnection();
    const policy::Limits limits = policy::defaultLimits;
    const std::vector<std::string> features =
        broker::listFeatures({.appArmor = appArmor,
                              .callerPidfd = bus::provesProcesses(bus::rawBus(*connection)),
                              .insecure = !options.checksAppArmor});
    policy::Quota quota(limits);
    policy::OwnerPool owners(options.owners);
    launch::SpawnerLink spawner(loop, options.spawnerSocket);
    authority::Authority authority(loop, *connection, quota, limits);
    broker::Registry registry(loop, owners, limits.lingerUsec);
    const broker::Services services{loop,   spawner, authority, registry, quota,
                                    owners, limits,  features,  filters,  appArmor};
    const bus::Manager manager(*connection, services);
    connection->requestName(bus::ServiceName{"org.sandboxd1"});
    sd_bus* bus = bus::rawBus(*connection);
    // Without the bus there is nobody to serve; whoever starts us does so again when it is back.
    if (sd_bus_set_exit_on_disconnect(bus, 1) < 0 || sd_bus_attach_event(bus, loop, SD_EVENT_PRIORITY_NORMAL) < 0) {
        return fail("cannot serve the bus from the event loop");
    }
    sd_event_set_watchdog(loop, 1); // does nothing where systemd does not watch
    sd_notify(0, "READY=1");
    log::write(log::Level::info, log::service, "serving org.sandboxd1");
    const int code = sd_event_loop(loop);
    sd_bus_detach_event(bus);
    return code;
}

int run(int count, char** arguments) {
    log::open();
    if (::geteuid() == 0) {
        return fail("the broker must not run as root: start it as user sandboxd");
    }
    const Result<Options> options = parseOptions(count, arguments);
    if (!options) {
        return fail(options.error().message);
    }
    if (const auto owners = checkOwners(options.value().owners); !owners) {
        return fail(owners.error().message);
    }
    const Result<bool> appArmor = checkAppArmor(options.value());
    if (!appArmor) {
        return fail(appArmor.error().message);
    }
    const Result<plan::FilterSet> filters = plan::compileFilters();
    return filters ? serve(options.value(), appArmor.value(), filters.value()) : fail(filters.error().message);
}

} // namespace
} // namespace sandboxd

int main(int count, char** arguments) {
    try {
        return sandboxd::run(count, arguments);
    } catch (const std::exception& error) {
        return sandboxd::fail(error.what());
    }
}
