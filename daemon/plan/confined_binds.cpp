#include "plan/confined_binds.hpp"

#include "base/quote.hpp"

namespace sandboxd::plan {

Result<void> bindInPlaceOnly(Plan& plan) {
    for (std::size_t i = 0; i < plan.mounts.size(); ++i) {
        MountStep& step = plan.mounts[i];
        if (step.kind == wire::MountKind::overlay) {
            return Error{ErrorCode::callerConfined,
                         "mounts: operation " + std::to_string(i) +
                             ": a caller with an AppArmor label cannot have an overlay: its profile judges by paths"};
        }
        if (step.kind != wire::MountKind::bind) {
            continue;
        }
        if (step.source != step.target) {
            const std::string source = step.fd >= 0 ? "a descriptor" : quote(step.source);
            return Error{ErrorCode::callerConfined, "mounts: operation " + std::to_string(i) +
                                                        ": a caller with an AppArmor label cannot bind " + source +
                                                        " to " + quote(step.target) +
                                                        ", only a path to itself: its profile judges by paths"};
        }
        step.flags |= wire::mountNoSymlinks;
    }
    return {};
}

} // namespace sandboxd::plan
