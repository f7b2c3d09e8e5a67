#include "gather.hpp"

#include "host_facts.hpp"
#include "trials.hpp"

#include <unistd.h>

namespace sandboxd::ctl::doctor {
namespace {

const std::vector<std::string> unitNames{"sandboxd.service", "sandboxd-spawner.socket", "sandboxd-spawner.service",
                                         "sandboxd-sandboxes.service"};

} // namespace

Facts gatherFacts() {
    Facts facts;
    facts.host = gatherHostFacts("");
    facts.pidfdTellsExit = tryPidfdExit();
    if (::geteuid() != 0) {
        facts.namespaces = tryNamespaces();
        facts.sandbox = trySandbox(); // before the units are looked at: it starts them
    }
    facts.bus = client::gatherBusFacts(facts.host.systemd ? unitNames : std::vector<std::string>{});
    if (facts.bus.pid) {
        facts.busDaemon = programName("", *facts.bus.pid);
    }
    return facts;
}

} // namespace sandboxd::ctl::doctor
