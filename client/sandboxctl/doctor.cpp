// sandboxctl doctor: whether sandboxes work here, and what to do if not.
#include "doctor/diagnose.hpp"
#include "doctor/gather.hpp"
#include "doctor/report_json.hpp"
#include "doctor/report_text.hpp"
#include "exit_status.hpp"
#include "verbs.hpp"

#include <cstdio>

namespace sandboxd::ctl {

int examineHost(const DoctorRequest& request) {
    const std::vector<doctor::Finding> findings = doctor::diagnose(doctor::gatherFacts());
    const std::string report = request.json ? doctor::jsonReport(findings) : doctor::textReport(findings);
    if (std::fputs(report.c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
        return ownFailure;
    }
    return doctor::sandboxesWork(findings) ? 0 : 1;
}

} // namespace sandboxd::ctl
