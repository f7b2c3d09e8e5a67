#include "polkit_gate.hpp"

#include "spawn_request.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sandboxd::bus_tests {
namespace {

constexpr const char* path = "/run/bus-test-gate";

}

PolkitGate::PolkitGate(const std::string& userName)
    : lock_(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666)),
      rules_("if (subject.user == \"" + userName + "\") polkit.spawn([\"/usr/bin/flock\", \"-s\", \"" + path +
             "\", \"/bin/true\"]);") {
    must(fchmod(lock_.get(), 0666), "chmod"); // flock opens it as polkitd's user
    must(flock(lock_.get(), LOCK_EX), "lock");
}

PolkitGate::~PolkitGate() {
    flock(lock_.get(), LOCK_UN);
    unlink(path);
}

} // namespace sandboxd::bus_tests
