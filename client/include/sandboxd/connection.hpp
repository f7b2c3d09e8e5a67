// One private connection to the system bus, and what sandboxd offers on it. Blocking calls, each in one poll(2); use a
// Connection from one thread at a time. It never ends the process, whatever becomes of the bus.
#pragma once

#include "sandboxd/export.hpp"
#include "sandboxd/result.hpp"
#include "sandboxd/sandbox.hpp"
#include "sandboxd/spec.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sandboxd::client {

struct CallOptions {
    // polkit may ask the user for a password. The call then waits as long as the dialog is open.
    bool interactive = false;
    // The call returns `cancelled` when this descriptor is readable; -1 = none. Borrowed.
    int cancelFd = -1;
    // How long an answer is then still waited for: the request may have succeeded, with its answer under way.
    std::chrono::milliseconds cancelGrace{0};
};

class SANDBOXD_CLIENT_API Connection {
public:
    // DBUS_SYSTEM_BUS_ADDRESS is honoured.
    [[nodiscard]] static Result<Connection> open();

    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    // Closes it: sandboxes of Lifetime::call end.
    ~Connection();

    // Returns when the payload has been executed.
    Result<Sandbox> spawn(const Spec& spec, const CallOptions& options = {});

    // Of this user, or of all users (polkit decides).
    Result<std::vector<SandboxSummary>> list(bool allUsers = false, const CallOptions& options = {});
    Result<Sandbox> get(std::string_view id, const CallOptions& options = {});
    Result<Values> properties(const Sandbox& sandbox, const CallOptions& options = {});

    // A signal to the payload; the end of the whole sandbox; SIGTERM first and the end `grace` later.
    Result<void> kill(const Sandbox& sandbox, int signal, const CallOptions& options = {});
    Result<void> killAll(const Sandbox& sandbox, const CallOptions& options = {});
    Result<void> terminate(const Sandbox& sandbox, std::chrono::microseconds grace, const CallOptions& options = {});

    // Waits for the payload's end: on its pidfd where the kernel tells the status of others' children (Linux 6.15),
    // else by asking the daemon.
    Result<ExitStatus> wait(const Sandbox& sandbox, const CallOptions& options = {});

    // Version, the Limits one by one ("Limits.name"), and other properties of the daemon that are plain values.
    Result<Values> daemonProperties(const CallOptions& options = {});

private:
    class Private;
    explicit Connection(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d_;
};

} // namespace sandboxd::client
