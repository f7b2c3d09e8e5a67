// The ways to start the payload that are compared. All give it the same root, namespaces and streams.
#pragma once

#include "host_view.hpp"
#include "sandboxd/client.hpp"
#include "stopwatch.hpp"

#include <string>
#include <vector>

namespace sandboxd::bench {

// bwrap's options for the view that `sandboxctl run` has by default, with the payload in it.
[[nodiscard]] std::vector<std::string> bwrapCommand(const ctl::HostView& host, const std::string& payload);
// `launcher` with a line of 25 operations, as applications are started; for bwrap and for sandbox-bwrap.
[[nodiscard]] std::vector<std::string> applicationCommand(const std::string& launcher, const std::string& payload);
[[nodiscard]] std::vector<std::string> sandboxctlCommand(const std::string& payload);
[[nodiscard]] client::Spec librarySpec(const ctl::HostView& host, const std::string& payload);

// A whole process: the launcher is started, and ends with the payload.
[[nodiscard]] Sample measureProcess(const std::vector<std::string>& command);

// A request on an open connection.
[[nodiscard]] Sample measureLibrary(client::Connection& connection, client::Spec spec);

} // namespace sandboxd::bench
