#include "engine/engine.hpp"

namespace sandboxd::engine {
namespace {

using client::Error;
using client::ErrorKind;

// Nobody else is asked: it is a set-up that failed.
Error asSetupFailure(Error error) {
    if (error.kind == ErrorKind::unavailable) {
        error.kind = ErrorKind::setupFailed;
    }
    return error;
}

// Neither can: the daemon is what was to help, but who meant to do without one wants to know why not.
Error bothFailed(const Error& native, Error broker) {
    if (broker.kind == ErrorKind::unavailable) {
        broker.message += " (and without it: " + native.message + ")";
    }
    return broker;
}

} // namespace

client::Result<std::unique_ptr<watch::Payload>> Engine::spawn(const client::Spec& spec,
                                                              const client::CallOptions& options) {
    const bool onlyNative = native_.maps.haveRanges();
    if (choice_ == Choice::broker) {
        return onlyNative ? Error{ErrorKind::invalidRequest, "", onlyOneId, 0} : spawnByBroker(spec, options);
    }
    auto started = startNative(spec, native_, options);
    if (started) {
        return started;
    }
    if (onlyNative || choice_ == Choice::native || started.error().kind != ErrorKind::unavailable) {
        return asSetupFailure(std::move(started).error());
    }
    choice_ = Choice::broker; // for the next attempt
    auto second = spawnByBroker(spec, options);
    return second ? std::move(second) : bothFailed(started.error(), second.error());
}

client::Result<std::unique_ptr<watch::Payload>> Engine::spawnByBroker(const client::Spec& spec,
                                                                      const client::CallOptions& options) {
    if (!connection_) {
        client::Result<client::Connection> connection = client::Connection::open();
        if (!connection) {
            return std::move(connection).error();
        }
        connection_.emplace(std::move(connection).value());
    }
    client::Result<client::Sandbox> sandbox = connection_->spawn(spec, options);
    if (!sandbox) {
        return std::move(sandbox).error();
    }
    return std::unique_ptr<watch::Payload>(
        std::make_unique<watch::BrokersPayload>(*connection_, std::move(sandbox).value()));
}

} // namespace sandboxd::engine
