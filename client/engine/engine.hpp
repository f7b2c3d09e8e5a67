// What builds a front end's sandbox: this process itself or the daemon. Never falls back once something of a sandbox
// was there, never to no sandbox, and never to one without the ranges of ids that were asked for.
#pragma once

#include "engine/choice.hpp"
#include "engine/native.hpp"
#include "payload.hpp"
#include "sandboxd/connection.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace sandboxd::engine {

class Engine {
public:
    // Opens nothing yet.
    Engine(Choice choice, NativeOptions native) : choice_(choice), native_(std::move(native)) {}

    // Returns when the payload has been executed; what it returns must not outlive the engine.
    [[nodiscard]] client::Result<std::unique_ptr<watch::Payload>> spawn(const client::Spec& spec,
                                                                        const client::CallOptions& options);

private:
    [[nodiscard]] client::Result<std::unique_ptr<watch::Payload>> spawnByBroker(const client::Spec& spec,
                                                                                const client::CallOptions& options);

    Choice choice_;
    NativeOptions native_;
    std::optional<client::Connection> connection_;
};

} // namespace sandboxd::engine
