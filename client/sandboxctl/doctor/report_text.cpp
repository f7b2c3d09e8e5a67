#include "report_text.hpp"

#include "../print.hpp"
#include "diagnose.hpp"

#include <algorithm>

namespace sandboxd::ctl::doctor {
namespace {

constexpr std::size_t stateColumn = 9;
constexpr std::size_t nameColumn = 17;

std::string padded(std::string_view text, std::size_t width) {
    std::string column(text);
    column.resize(std::max(width, text.size() + 1), ' ');
    return column;
}

std::string linesOf(const Finding& finding) {
    std::string lines =
        padded(nameOf(finding.state), stateColumn) + padded(finding.name, nameColumn) + printable(finding.text) + '\n';
    if (!finding.remedy.empty()) {
        lines += std::string(stateColumn + nameColumn, ' ') + "-> " + printable(finding.remedy) + '\n';
    }
    return lines;
}

// Only a sandbox that ran shows that sandboxes work.
std::string verdictOn(const std::vector<Finding>& findings) {
    if (!sandboxesWork(findings)) {
        return "sandboxes do not work here\n";
    }
    const bool shown = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.name == "sandbox" && finding.state == State::ok;
    });
    return shown ? "sandboxes work here\n" : "nothing here speaks against sandboxes; none was tried\n";
}

} // namespace

std::string_view nameOf(State state) noexcept {
    switch (state) {
    case State::ok:
        return "ok";
    case State::note:
        return "note";
    case State::warning:
        return "warning";
    case State::broken:
        break;
    }
    return "broken";
}

std::string textReport(const std::vector<Finding>& findings) {
    std::string report;
    for (const Finding& finding : findings) {
        report += linesOf(finding);
    }
    return report + verdictOn(findings);
}

} // namespace sandboxd::ctl::doctor
