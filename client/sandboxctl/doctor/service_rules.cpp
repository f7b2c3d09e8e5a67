// Rules on the bus and who has to answer there.
#include "rules.hpp"

#include <algorithm>

namespace sandboxd::ctl::doctor {
namespace {

// Where there is no bus, one finding says so; the others do not repeat it.
Finding notKnown(const char* name) {
    return {name, State::note, "not known without a bus", ""};
}

bool hasAction(const std::vector<std::string>& actions, const char* name) {
    return std::find(actions.begin(), actions.end(), name) != actions.end();
}

// What is wrong with a unit, and what to do; both "" if nothing is.
struct Fault {
    std::string text;
    std::string remedy;
};

Fault faultOf(const client::Unit& unit) {
    if (unit.load == "masked") {
        return {unit.name + " is masked", "systemctl unmask " + unit.name};
    }
    if (unit.load != "loaded") {
        return {unit.name + " is " + unit.load, "install sandboxd's units, then systemctl daemon-reload"};
    }
    if (unit.active == "failed") {
        return {unit.name + " has failed", "systemctl status " + unit.name + "; systemctl restart " + unit.name};
    }
    // The other units are started when they are needed: only a socket must wait beforehand.
    if (unit.name.ends_with(".socket") && unit.active != "active") {
        return {unit.name + " does not listen", "systemctl enable --now " + unit.name};
    }
    return {};
}

std::string statesOf(const std::vector<client::Unit>& units) {
    std::string text;
    for (const client::Unit& unit : units) {
        text += (text.empty() ? "" : ", ") + unit.name + " " + unit.active;
    }
    return text;
}

Finding judgeEach(const Facts& facts, const std::vector<client::Unit>& units) {
    Finding finding{"units", State::ok, "", ""};
    for (const client::Unit& unit : units) {
        const Fault fault = faultOf(unit);
        if (!fault.text.empty()) {
            finding.state = obstacle(facts);
            finding.text += (finding.text.empty() ? "" : ", ") + fault.text;
            finding.remedy += (finding.remedy.empty() ? "" : "; ") + fault.remedy;
        }
    }
    if (finding.text.empty()) {
        finding.text = statesOf(units);
    }
    return finding;
}

} // namespace

Finding judgeBus(const Facts& facts) {
    if (!facts.bus.error.empty()) {
        return {"bus", State::broken, facts.bus.error, "start the system bus: systemctl start dbus.socket"};
    }
    return {"bus", State::ok, facts.busDaemon.empty() ? "answers" : facts.busDaemon + " answers", ""};
}

Finding judgeProofs(const Facts& facts) {
    if (!facts.bus.error.empty()) {
        return notKnown("caller-proof");
    }
    const std::string label = facts.bus.givesLabel ? " and its label" : "";
    if (!facts.bus.givesProcessFd) {
        return {"caller-proof", State::note,
                "the bus names a caller's pid" + label + ", no pidfd (older than dbus 1.15.8)", ""};
    }
    return {"caller-proof", State::ok, "the bus gives a pidfd of a caller" + label, ""};
}

Finding judgePolkit(const Facts& facts) {
    if (!facts.bus.error.empty()) {
        return notKnown("polkit");
    }
    if (!facts.bus.polkit.answers) {
        return {"polkit", obstacle(facts), "does not answer: " + facts.bus.polkit.error,
                "install polkitd; systemctl start polkit.service"};
    }
    return {"polkit", State::ok, "version " + facts.bus.polkit.version, ""};
}

Finding judgeActions(const Facts& facts) {
    if (!facts.bus.error.empty()) {
        return notKnown("actions");
    }
    if (!facts.bus.actions) {
        return {"actions", State::note, "not known without polkit", ""};
    }
    if (!hasAction(*facts.bus.actions, "org.sandboxd1.spawn")) {
        return {"actions", obstacle(facts), "polkit does not know org.sandboxd1.spawn",
                "install /usr/share/polkit-1/actions/org.sandboxd1.policy; polkit reads it by itself"};
    }
    return {"actions", State::ok, "polkit knows " + std::to_string(facts.bus.actions->size()) + " of ours", ""};
}

Finding judgeDaemon(const Facts& facts) {
    if (!facts.bus.error.empty()) {
        return notKnown("daemon");
    }
    if (!facts.bus.daemon.answers) {
        return {"daemon", State::broken, "does not answer: " + facts.bus.daemon.error,
                "install sandboxd; journalctl -u sandboxd.service says why it does not start"};
    }
    return {"daemon", State::ok,
            "version " + facts.bus.daemon.version + ", " + std::to_string(facts.bus.features.size()) + " features", ""};
}

Finding judgeUnits(const Facts& facts) {
    if (!facts.host.systemd) {
        return {"units", State::ok, "not needed: systemd does not run here", ""};
    }
    if (!facts.bus.error.empty()) {
        return notKnown("units");
    }
    if (!facts.bus.units) {
        return {"units", State::note, "not known: systemd does not answer on the bus", ""};
    }
    return judgeEach(facts, *facts.bus.units);
}

} // namespace sandboxd::ctl::doctor
