#include "warden/domain.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sandboxd::warden {

namespace {

// A ruleset has to be about something. This is about what every domain refuses unless it is told otherwise: links and
// renames from one directory to another. Linux 5.19.
UniqueFd makeRuleset() noexcept {
    landlock_ruleset_attr attributes{};
    attributes.handled_access_fs = LANDLOCK_ACCESS_FS_REFER;
    return UniqueFd(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
}

bool allowRenames(int ruleset) noexcept {
    const UniqueFd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    landlock_path_beneath_attr rule{};
    rule.allowed_access = LANDLOCK_ACCESS_FS_REFER;
    rule.parent_fd = root.get();
    return root && ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

} // namespace

Failure enterDomain() noexcept {
    const UniqueFd ruleset = makeRuleset();
    if (!ruleset || !allowRenames(ruleset.get()) || ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
        return failed(SetupStep::confine);
    }
    return success;
}

} // namespace sandboxd::warden
