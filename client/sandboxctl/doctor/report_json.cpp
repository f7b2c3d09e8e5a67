#include "report_json.hpp"

#include "../print.hpp"
#include "diagnose.hpp"
#include "report_text.hpp"

#include <nlohmann/json.hpp>

namespace sandboxd::ctl::doctor {

// Texts are made printable as for people: what is no UTF-8 could not be in JSON at all.
std::string jsonReport(const std::vector<Finding>& findings) {
    auto list = nlohmann::ordered_json::array();
    for (const Finding& finding : findings) {
        list.push_back({{"name", finding.name},
                        {"state", nameOf(finding.state)},
                        {"text", printable(finding.text)},
                        {"remedy", printable(finding.remedy)}});
    }
    const nlohmann::ordered_json report{{"works", sandboxesWork(findings)}, {"findings", std::move(list)}};
    constexpr int indent = 2;
    return report.dump(indent) + '\n';
}

} // namespace sandboxd::ctl::doctor
