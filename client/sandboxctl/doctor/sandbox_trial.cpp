#include "trials.hpp"

#include "../default_view.hpp"
#include "../host_view.hpp"
#include "sandboxd/client.hpp"

#include <sys/timerfd.h>

namespace sandboxd::ctl::doctor {
namespace {

SandboxTrial failedTrial(const client::Error& error) {
    SandboxTrial trial;
    trial.errorName = error.name;
    trial.error = error.message.empty() ? error.name : error.message;
    return trial;
}

std::string textIn(const client::Values& values, const std::string& key) {
    const auto found = values.find(key);
    const auto* text = found == values.end() ? nullptr : std::get_if<std::string>(&found->second);
    return text != nullptr ? *text : "";
}

client::Spec specOfTrue() {
    DefaultView view = buildDefaultView(lookAtHost(false), {});
    client::Spec spec({"true"});
    for (client::MountOperation& operation : view.mounts) {
        spec.mount(std::move(operation));
    }
    spec.environment({"PATH=/usr/local/bin:/usr/bin:/bin"}).workingDirectory("/").description("sandboxctl doctor");
    return spec;
}

// Readable after `seconds`. Without one the wait has no end, which is no reason not to try.
client::Descriptor startTimer(time_t seconds) {
    client::Descriptor timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    const itimerspec once{{0, 0}, {seconds, 0}};
    ::timerfd_settime(timer.get(), 0, &once, nullptr);
    return timer;
}

} // namespace

SandboxTrial trySandbox() {
    auto connection = client::Connection::open();
    if (!connection) {
        return failedTrial(connection.error());
    }
    const auto sandbox = connection.value().spawn(specOfTrue());
    if (!sandbox) {
        return failedTrial(sandbox.error());
    }
    constexpr time_t longestSeconds = 30; // it takes milliseconds
    const client::Descriptor timer = startTimer(longestSeconds);
    const auto ended = connection.value().wait(sandbox.value(), {.cancelFd = timer.get()});
    if (!ended) {
        return failedTrial(ended.error().kind == client::ErrorKind::cancelled
                               ? client::Error{client::ErrorKind::other, "", "true does not end", 0}
                               : ended.error());
    }
    SandboxTrial trial;
    trial.worked = ended.value() == client::ExitStatus{};
    if (!trial.worked) {
        trial.error = "true ended with status " + std::to_string(ended.value().shellStatus());
    }
    trial.label = textIn(sandbox.value().results, "apparmor-label");
    trial.ownCgroup = textIn(sandbox.value().results, "cgroup") == "own";
    return trial;
}

} // namespace sandboxd::ctl::doctor
