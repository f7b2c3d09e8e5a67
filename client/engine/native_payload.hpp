// A payload whose warden is our child. The warden tells how it ended, and has ended then itself.
#pragma once

#include "payload.hpp"
#include "sandboxd/descriptor.hpp"

#include <sys/types.h>

namespace sandboxd::engine {

// Waits for a child that is about to end.
void reap(pid_t child) noexcept;

class NativePayload : public watch::Payload {
public:
    // `control`: at its end when the sandbox has ended. `status`: holds how, then.
    NativePayload(pid_t warden, client::Descriptor control, client::Descriptor pidfd, client::Descriptor status)
        : warden_(warden), control_(std::move(control)), pidfd_(std::move(pidfd)), status_(std::move(status)) {}

    [[nodiscard]] int pidfd() const noexcept override { return pidfd_.get(); }
    client::Result<void> kill(int signal) override;
    client::Result<client::ExitStatus> wait(int cancelFd) override;

private:
    [[nodiscard]] client::Result<client::ExitStatus> readStatus() const;

    pid_t warden_;
    client::Descriptor control_;
    client::Descriptor pidfd_;
    client::Descriptor status_;
};

} // namespace sandboxd::engine
