// sandboxctl --as USER: from root to that user, for good.
#include "account.hpp"
#include "exit_status.hpp"
#include "failure.hpp"
#include "print.hpp"
#include "verbs.hpp"

#include <cerrno>
#include <cstdlib>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace sandboxd::ctl {
namespace {

int fail(const std::string& attempt, int errorNumber) {
    return sayError("cannot run as another user", watch::failure(attempt, errorNumber));
}

// Root's home and name would lead the sandbox's defaults astray.
bool takeEnvironmentOf(const passwd& account) {
    return ::setenv("HOME", account.pw_dir, 1) == 0 && ::setenv("USER", account.pw_name, 1) == 0 &&
           ::setenv("LOGNAME", account.pw_name, 1) == 0 && ::setenv("SHELL", account.pw_shell, 1) == 0;
}

// Groups first: without the uid there is no right to change them. All three ids each, so that nothing can be taken
// back; with the last uid 0 all capabilities go.
int dropTo(const passwd& account) {
    if (::initgroups(account.pw_name, account.pw_gid) != 0) {
        return fail("cannot take the groups of " + printable(account.pw_name), errno);
    }
    if (::setresgid(account.pw_gid, account.pw_gid, account.pw_gid) != 0) {
        return fail("cannot become group " + std::to_string(account.pw_gid), errno);
    }
    if (::setresuid(account.pw_uid, account.pw_uid, account.pw_uid) != 0) {
        return fail("cannot become user " + std::to_string(account.pw_uid), errno);
    }
    return 0;
}

int executeAnew(const std::vector<std::string>& arguments) {
    std::vector<char*> argv{const_cast<char*>("sandboxctl")};
    for (const std::string& argument : arguments) {
        argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    ::execv("/proc/self/exe", argv.data());
    return fail("cannot execute sandboxctl anew", errno);
}

} // namespace

int continueAs(const AsRequest& request) {
    if (::geteuid() != 0) {
        say("--as " + shellWord(request.user) + ": only root may become another user");
        return ownFailure;
    }
    const passwd* account = findAccount(request.user);
    if (account == nullptr) {
        say("--as " + shellWord(request.user) + ": there is no such user in /etc/passwd");
        return ownFailure;
    }
    if (account->pw_uid == 0) {
        say("--as " + shellWord(request.user) + ": that is root again");
        return ownFailure;
    }
    if (!takeEnvironmentOf(*account)) {
        return fail("cannot set the environment", errno);
    }
    if (const int failed = dropTo(*account); failed != 0) {
        return failed;
    }
    return executeAnew(request.arguments);
}

} // namespace sandboxd::ctl
