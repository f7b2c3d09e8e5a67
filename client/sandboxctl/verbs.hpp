// The verbs of sandboxctl, one file each. Each returns the exit status and has said what went wrong.
#pragma once

#include "request.hpp"

namespace sandboxd::ctl {

int runCommand(const RunRequest& request);
int listSandboxes(const ListRequest& request);
int showSandbox(const ShowRequest& request);
int killSandboxes(const KillRequest& request);
int waitForSandbox(const WaitRequest& request);
int examineHost(const DoctorRequest& request);

// Drops to a user and executes sandboxctl anew, so that the new process is dumpable and has no trace of root. Returns
// only on failure.
int continueAs(const AsRequest& request);

} // namespace sandboxd::ctl
