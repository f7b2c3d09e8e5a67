#include "warden/plan_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace sandboxd::warden {

namespace {

// A caller may plan for itself what nobody may send: it gives away nothing but what it has. Init has a filter, and
// capabilities are those of a namespace that nothing of the sandbox itself belongs to.
bool maySend(const wire::PlanReader& plan) noexcept {
    const wire::Header& header = plan.header();
    const bool hasInner = header.identity == static_cast<unsigned>(wire::IdentityKind::namespaceRoot);
    return plan.idleFilter().count > 0 && (header.capabilities == 0 || hasInner);
}

} // namespace

Failure openPlan(int memfd, wire::PlanReader& plan) noexcept {
    constexpr int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    // Seals before anything else: only a memfd has them, and with them its size and bytes stand still.
    const int present = ::fcntl(memfd, F_GET_SEALS);
    if (present < 0 || (present & seals) != seals) {
        return failedWith(EPERM, SetupStep::plan);
    }
    struct stat info {};
    if (::fstat(memfd, &info) != 0) {
        return failed(SetupStep::plan);
    }
    if (info.st_size <= 0 || info.st_size > static_cast<off_t>(wire::maxPlanSize)) {
        return failedWith(EBADMSG, SetupStep::plan);
    }
    const auto size = static_cast<std::size_t>(info.st_size);
    void* block = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, memfd, 0);
    if (block == MAP_FAILED) {
        return failed(SetupStep::plan);
    }
    const bool sound = plan.open(static_cast<const std::byte*>(block), size) && maySend(plan);
    return sound ? success : failedWith(EBADMSG, SetupStep::plan);
}

} // namespace sandboxd::warden
