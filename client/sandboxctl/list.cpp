// sandboxctl list: one line for each sandbox.
#include "print.hpp"
#include "sandboxd/client.hpp"
#include "value_text.hpp"
#include "verbs.hpp"

#include <cstdio>
#include <unistd.h>

namespace sandboxd::ctl {
namespace {

void printLine(const client::SandboxSummary& summary) {
    const auto description = summary.details.find("description");
    const std::string text = description == summary.details.end() ? "" : valueText(description->second);
    std::printf("%-26s  %-7s  %10u  %s  %s\n", printable(summary.id).c_str(), printable(summary.state).c_str(),
                summary.uid, timeText(summary.startedUsec).c_str(), text.c_str());
}

} // namespace

int listSandboxes(const ListRequest& request) {
    auto connection = client::Connection::open();
    if (!connection) {
        return sayError("cannot list sandboxes", connection.error());
    }
    const auto all = connection.value().list(request.all, {.interactive = ::isatty(STDIN_FILENO) == 1});
    if (!all) {
        return sayError("cannot list sandboxes", all.error());
    }
    if (!all.value().empty() && ::isatty(STDOUT_FILENO) == 1) {
        std::printf("%-26s  %-7s  %10s  %-19s  %s\n", "ID", "STATE", "UID", "STARTED", "COMMAND");
    }
    for (const client::SandboxSummary& summary : all.value()) {
        printLine(summary);
    }
    return 0;
}

} // namespace sandboxd::ctl
