// sandboxctl show: the properties of one sandbox, "Name: value" each.
#include "print.hpp"
#include "sandboxd/client.hpp"
#include "value_text.hpp"
#include "verbs.hpp"

#include <cstdio>
#include <unistd.h>

namespace sandboxd::ctl {
namespace {

std::string propertyText(const std::string& name, const client::Value& value) {
    const auto* usec = std::get_if<std::uint64_t>(&value);
    return name == "StartTimestamp" && usec != nullptr ? timeText(*usec) : valueText(value);
}

} // namespace

int showSandbox(const ShowRequest& request) {
    const std::string attempt = "cannot show " + printable(request.id);
    const client::CallOptions options{.interactive = ::isatty(STDIN_FILENO) == 1};
    auto connection = client::Connection::open();
    if (!connection) {
        return sayError(attempt, connection.error());
    }
    const auto sandbox = connection.value().get(request.id, options);
    if (!sandbox) {
        return sayError(attempt, sandbox.error());
    }
    const auto properties = connection.value().properties(sandbox.value(), options);
    if (!properties) {
        return sayError(attempt, properties.error());
    }
    for (const auto& [name, value] : properties.value()) {
        std::printf("%s: %s\n", printable(name).c_str(), propertyText(name, value).c_str());
    }
    return 0;
}

} // namespace sandboxd::ctl
