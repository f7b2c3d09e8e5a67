#include "diagnose.hpp"

#include "rules.hpp"

#include <algorithm>
#include <array>

namespace sandboxd::ctl::doctor {
namespace {

// From the ground up: what stands above a broken one is most often its consequence.
constexpr std::array rules{
    judgeKernel, judgeNamespaceLimit, judgeRestrictions, judgeSeccomp, judgeAppArmor,   judgeProfiles, judgeCgroups,
    judgePidfds, judgeContainer,      judgeRoot,         judgeProc,    judgeCaller,     judgeBus,      judgeProofs,
    judgePolkit, judgeActions,        judgeUnits,        judgeDaemon,  judgeOtherTools, judgeSandbox,
};

} // namespace

std::vector<Finding> diagnose(const Facts& facts) {
    std::vector<Finding> findings;
    findings.reserve(rules.size());
    for (const auto& judge : rules) {
        findings.push_back(judge(facts));
    }
    return findings;
}

bool sandboxesWork(const std::vector<Finding>& findings) {
    return std::none_of(findings.begin(), findings.end(),
                        [](const Finding& finding) { return finding.state == State::broken; });
}

} // namespace sandboxd::ctl::doctor
