// A checked view of the Plan's bytes: open() looks at every offset, count and closed choice once, so that what reads it
// afterwards can neither leave the block nor meet an unknown value. Never allocates, copies or makes a system call.
#pragma once

#include "plan/wire_format.hpp"

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sandboxd::wire {

// A table of the Plan, checked against its bounds; `data` is aligned for T.
template <typename T> struct View {
    const T* data = nullptr;
    std::uint32_t count = 0;

    [[nodiscard]] const T* begin() const noexcept { return data; }
    [[nodiscard]] const T* end() const noexcept { return data + count; }
    [[nodiscard]] const T& operator[](std::uint32_t index) const noexcept { return data[index]; }
};

class PlanReader {
public:
    // `block` outlives the reader, does not change and is aligned for std::uint64_t. False: malformed, use nothing.
    [[nodiscard]] bool open(const std::byte* block, std::size_t size) noexcept {
        block_ = block;
        size_ = size;
        if (size < sizeof(Header) || size > maxPlanSize) {
            return false;
        }
        header_ = reinterpret_cast<const Header*>(block);
        return checkHeader() && checkTables() && checkTexts() && checkMounts() && checkFds() && checkCallerFilters();
    }

    [[nodiscard]] const Header& header() const noexcept { return *header_; }
    [[nodiscard]] View<std::uint32_t> groups() const noexcept { return view<std::uint32_t>(header_->groups); }
    [[nodiscard]] View<Offset> arguments() const noexcept { return view<Offset>(header_->arguments); }
    [[nodiscard]] View<Offset> environment() const noexcept { return view<Offset>(header_->environment); }
    [[nodiscard]] View<MountStep> mounts() const noexcept { return view<MountStep>(header_->mounts); }
    [[nodiscard]] View<FdAssignment> fds() const noexcept { return view<FdAssignment>(header_->fds); }
    [[nodiscard]] View<sock_filter> filter() const noexcept { return view<sock_filter>(header_->filter); }
    [[nodiscard]] View<sock_filter> idleFilter() const noexcept { return view<sock_filter>(header_->idleFilter); }
    [[nodiscard]] View<std::uint32_t> callerFilters() const noexcept {
        return view<std::uint32_t>(header_->callerFilters);
    }

    // The string at a checked offset; nullptr if absent.
    [[nodiscard]] const char* text(Offset offset) const noexcept {
        return offset == 0 ? nullptr : reinterpret_cast<const char*>(block_ + offset);
    }
    [[nodiscard]] View<Offset> lowers(const MountStep& step) const noexcept { return view<Offset>(step.lowers); }
    [[nodiscard]] const std::byte* content(const MountStep& step) const noexcept { return block_ + step.contentOffset; }

private:
    template <typename T> [[nodiscard]] View<T> view(const Table& table) const noexcept {
        return {reinterpret_cast<const T*>(block_ + table.offset), table.count};
    }

    [[nodiscard]] bool checkHeader() const noexcept {
        return header_->magic == planMagic && header_->version == planVersion && header_->size == size_ &&
               header_->identity < identityCount && header_->network < networkCount &&
               (header_->namespaces & ~unsigned{knownNamespaceFlags}) == 0 && header_->insideUid != UINT32_MAX &&
               header_->insideGid != UINT32_MAX && header_->fdCount <= maxPayloadFds && isIndex(header_->lifeline) &&
               checkIdentity() && checkProcess();
    }

    // Outside a user namespace of its own there are no other ids, no process 1 and nothing nested.
    [[nodiscard]] bool checkIdentity() const noexcept {
        return static_cast<IdentityKind>(header_->identity) != IdentityKind::host ||
               (header_->insideUid == header_->uid && header_->insideGid == header_->gid &&
                (header_->namespaces & unsharePid) != 0 && header_->filter.count > 0 &&
                (header_->process & (processIsFirst | processNesting)) == 0);
    }

    // Only the leader of a session can have a controlling terminal.
    [[nodiscard]] bool checkProcess() const noexcept {
        const bool leads = (header_->process & processNewSession) != 0;
        return (header_->process & ~unsigned{knownProcessFlags}) == 0 && isIndex(header_->terminal) &&
               isIndex(header_->fdSocket) && isIndex(header_->info) && isIndex(header_->status) &&
               isIndex(header_->block) && isIndex(header_->sync) && (leads || header_->terminal < 0) && checkFirst();
    }

    // Process 1 needs a namespace to be that in, and nobody but init holds what sync-fd is.
    [[nodiscard]] bool checkFirst() const noexcept {
        const bool isFirst = (header_->process & processIsFirst) != 0;
        return !isFirst || ((header_->namespaces & unsharePid) != 0 && header_->sync < 0);
    }

    template <typename T> [[nodiscard]] bool checkTable(const Table& table, std::uint32_t most) const noexcept {
        if (table.count == 0) {
            return true;
        }
        // 64 bits: neither the product nor the sum can wrap.
        const std::uint64_t end = table.offset + std::uint64_t{table.count} * sizeof(T);
        return table.count <= most && table.offset >= sizeof(Header) && table.offset % alignof(T) == 0 && end <= size_;
    }

    [[nodiscard]] bool checkTables() const noexcept {
        return header_->arguments.count > 0 && checkTable<std::uint32_t>(header_->groups, maxGroups) &&
               checkTable<Offset>(header_->arguments, maxArguments) &&
               checkTable<Offset>(header_->environment, maxEnvironment) &&
               checkTable<MountStep>(header_->mounts, maxMounts) &&
               checkTable<FdAssignment>(header_->fds, maxPayloadFds) &&
               checkTable<sock_filter>(header_->filter, maxFilterLength) &&
               checkTable<sock_filter>(header_->idleFilter, maxFilterLength) &&
               checkTable<std::uint32_t>(header_->callerFilters, maxCallerFilters);
    }

    // A NUL-terminated string that ends inside the block.
    [[nodiscard]] bool isText(Offset offset) const noexcept {
        return offset >= sizeof(Header) && offset < size_ && std::memchr(block_ + offset, 0, size_ - offset) != nullptr;
    }
    [[nodiscard]] bool isTextOrAbsent(Offset offset) const noexcept { return offset == 0 || isText(offset); }
    [[nodiscard]] bool isAbsolute(Offset offset) const noexcept { return isText(offset) && *text(offset) == '/'; }

    [[nodiscard]] bool checkTexts() const noexcept {
        for (const Offset argument : arguments()) {
            if (!isText(argument)) {
                return false;
            }
        }
        for (const Offset variable : environment()) {
            if (!isText(variable)) {
                return false;
            }
        }
        return isText(header_->program) && isTextOrAbsent(header_->hostname) && isTextOrAbsent(header_->label) &&
               (header_->workingDirectory == 0 || isAbsolute(header_->workingDirectory));
    }

    // -1 stands for "none" wherever an index into the descriptors of Launch is optional.
    [[nodiscard]] bool isIndex(std::int32_t index) const noexcept {
        return index == -1 || (index >= 0 && static_cast<std::uint32_t>(index) < header_->fdCount);
    }

    [[nodiscard]] bool checkMounts() const noexcept {
        std::uint64_t layers = 0;
        for (const MountStep& step : mounts()) {
            if (!checkMount(step) || !checkLayers(step)) {
                return false;
            }
            layers += step.lowers.count;
        }
        return layers <= maxLayers;
    }

    // Only overlays have layers; what is for writing comes in a pair.
    [[nodiscard]] bool checkLayers(const MountStep& step) const noexcept {
        const bool isOverlay = step.kind == static_cast<std::uint32_t>(MountKind::overlay);
        if (!checkTable<Offset>(step.lowers, maxLayers) || !isTextOrAbsent(step.work) ||
            isOverlay != (step.lowers.count > 0) || (!isOverlay && step.work != 0)) {
            return false;
        }
        for (const Offset lower : lowers(step)) {
            if (!isText(lower)) {
                return false;
            }
        }
        return !isOverlay || (step.source == 0) == (step.work == 0);
    }

    [[nodiscard]] bool checkMount(const MountStep& step) const noexcept {
        if (step.kind >= mountKindCount || (step.flags & ~unsigned{knownMountFlags}) != 0 || step.mode > 07777U ||
            !isAbsolute(step.target) || !isTextOrAbsent(step.source) || !isIndex(step.fd)) {
            return false;
        }
        const std::uint64_t contentEnd = std::uint64_t{step.contentOffset} + step.contentSize;
        if (contentEnd > size_) {
            return false;
        }
        return checkSource(step);
    }

    // Exactly the kinds that have a source have one, and never two.
    [[nodiscard]] static bool checkSource(const MountStep& step) noexcept {
        const bool hasFd = (step.flags & mountSourceIsFd) != 0;
        if (hasFd != (step.fd >= 0)) {
            return false;
        }
        switch (static_cast<MountKind>(step.kind)) {
        case MountKind::bind:
            return hasFd != (step.source != 0);
        case MountKind::symlink:
            return !hasFd && step.source != 0;
        case MountKind::overlay:
            return !hasFd;
        case MountKind::file:
        case MountKind::bindFile:
            return step.source == 0;
        default:
            return !hasFd && step.source == 0;
        }
    }

    [[nodiscard]] bool checkFds() const noexcept {
        std::uint64_t next = 0;
        for (const FdAssignment& fd : fds()) {
            if (fd.number < next || fd.number > INT32_MAX || fd.index >= header_->fdCount) {
                return false;
            }
            next = std::uint64_t{fd.number} + 1;
        }
        return true;
    }

    [[nodiscard]] bool checkCallerFilters() const noexcept {
        for (const std::uint32_t index : callerFilters()) {
            if (index >= header_->fdCount) {
                return false;
            }
        }
        return true;
    }

    const std::byte* block_ = nullptr;
    std::size_t size_ = 0;
    const Header* header_ = nullptr;
};

} // namespace sandboxd::wire
