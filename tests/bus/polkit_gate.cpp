#include "polkit_gate.hpp"

#include "spawn_request.hpp"
#include "user_process.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace sandboxd::bus_tests {
namespace {

constexpr const char* path = "/run/bus-test-gate";
constexpr const char* arrivalsPath = "/run/bus-test-gate-arrivals"; // a FIFO: one line for each request

// Both files are opened by polkitd's user.
UniqueFd openForAll(const char* name) {
    UniqueFd fd(::open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    must(fchmod(fd.get(), 0666), "chmod");
    return fd;
}

UniqueFd makeArrivals() {
    must(mkfifo(arrivalsPath, 0666) == 0 ? 0 : -errno, "mkfifo");
    return openForAll(arrivalsPath);
}

std::string script() {
    return std::string("echo >> ") + arrivalsPath + "; exec flock -s " + path + " /bin/true";
}

} // namespace

PolkitGate::PolkitGate(const std::string& userName, const std::string& action)
    : arrivals_(makeArrivals()), lock_(openForAll(path)),
      rules_("if (subject.user == \"" + userName + "\" && action.id.indexOf(\"" + action + "\") >= 0) " +
             "polkit.spawn([\"/bin/sh\", \"-c\", \"" + script() + "\"]);") {
    must(flock(lock_.get(), LOCK_EX), "lock");
}

PolkitGate::~PolkitGate() {
    open();
    unlink(path);
    unlink(arrivalsPath);
}

void PolkitGate::awaitArrival() {
    awaitReadable(arrivals_.get(), "a request before the gate");
    char line = 0;
    must(read(arrivals_.get(), &line, 1) == 1 ? 0 : -errno, "read");
}

void PolkitGate::open() {
    flock(lock_.get(), LOCK_UN);
}

} // namespace sandboxd::bus_tests
