#include "rules.hpp"

#include "bus_client.hpp"
#include "private_system.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <functional>

namespace sandboxd::bus_tests {
namespace {

constexpr const char* directory = "/etc/polkit-1/rules.d/";
constexpr const char* probeAction = "org.freedesktop.policykit.exec"; // comes with polkit itself

// Whether polkitd answers by the rules file of this generation. The subject is polkitd itself: root would always be
// allowed.
bool inForce(Connection& connection, const std::string& generation) {
    const pid_t subject = daemonPid("polkitd");
    sd_bus_message* raw = nullptr;
    must(sd_bus_message_new_method_call(connection.raw(), &raw, "org.freedesktop.PolicyKit1",
                                        "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority",
                                        "CheckAuthorization"),
         "new message");
    Message message(raw);
    must(sd_bus_message_append(raw, "(sa{sv})sa{ss}us", "unix-process", 3, "pid", "u",
                               static_cast<std::uint32_t>(subject), "start-time", "t", startTime(subject), "uid", "i",
                               std::stoi(statusField(subject, "Uid")), probeAction, 1, "generation", generation.c_str(),
                               0U, ""),
         "append");
    const Reply reply = connection.call(std::move(message));
    if (!reply.ok()) {
        throw std::runtime_error("polkit: " + reply.errorMessage);
    }
    int authorized = 0;
    must(sd_bus_message_enter_container(reply.message.get(), 'r', "bba{ss}"), "enter answer");
    must(sd_bus_message_read(reply.message.get(), "b", &authorized), "read answer");
    return authorized != 0;
}

// Does `change` to the rules directory and waits, by polkit's signal Changed, until it shows.
void changeAndAwait(const std::string& generation, bool expected, const std::function<void()>& change) {
    Connection connection;
    connection.addMatch("type='signal',interface='org.freedesktop.PolicyKit1.Authority',member='Changed'");
    change();
    while (inForce(connection, generation) != expected) {
        connection.awaitSignal("Changed");
    }
}

} // namespace

Rules::Rules(const std::string& body) {
    static int count = 0;
    generation_ = std::to_string(getpid()) + "-" + std::to_string(++count);
    path_ = directory + std::string("10-bus-test-") + generation_ + ".rules";
    changeAndAwait(generation_, true, [&] {
        const std::string hidden = path_ + ".new";
        std::ofstream(hidden) << "polkit.addRule(function(action, subject) {\n"
                              << "  if (action.lookup(\"generation\") == \"" << generation_
                              << "\") return polkit.Result.YES;\n"
                              << "  if (action.id.indexOf(\"org.sandboxd1.\") != 0) return;\n"
                              << "  var detail = function(key) { return action.lookup(key); };\n"
                              << body << "\n});\n";
        must(chmod(hidden.c_str(), 0644), "chmod");
        must(rename(hidden.c_str(), path_.c_str()), "rename"); // whole at once: polkitd never sees half of it
    });
}

Rules::~Rules() {
    changeAndAwait(generation_, false, [&] { unlink(path_.c_str()); });
}

std::string answerSpawnOf(const std::string& userName, const std::string& result) {
    return answerOf("spawn", userName, result);
}

std::string answerOf(const std::string& action, const std::string& userName, const std::string& result) {
    return "if (action.id == \"org.sandboxd1." + action + "\" && subject.user == \"" + userName +
           "\") return polkit.Result." + result + ";";
}

} // namespace sandboxd::bus_tests
