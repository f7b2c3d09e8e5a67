#include "plan/encode.hpp"

#include "policy/limits.hpp"

#include <linux/filter.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace sandboxd::plan {
namespace {

// Appends to one growing block. Offsets are 64 bits wide here and are narrowed when the block is known to be small.
class Block {
public:
    Block() : bytes_(sizeof(wire::Header)) {}

    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

    template <typename T> wire::Table reserve(std::size_t count) {
        bytes_.resize(aligned(bytes_.size(), alignof(std::uint64_t)));
        const wire::Table table{narrow(bytes_.size()), narrow(count)};
        bytes_.resize(bytes_.size() + count * sizeof(T));
        return table;
    }

    template <typename T> wire::Table append(std::span<const T> elements) {
        const wire::Table table = reserve<T>(elements.size());
        write(table.offset, elements.data(), elements.size_bytes());
        return table;
    }

    // Always ends in NUL, so that an empty content too stands inside the block.
    wire::Offset appendText(std::string_view text) {
        const wire::Offset offset = narrow(bytes_.size());
        bytes_.resize(bytes_.size() + text.size() + 1);
        write(offset, text.data(), text.size());
        return offset;
    }

    void write(std::size_t offset, const void* data, std::size_t length) {
        if (length > 0) {
            std::memcpy(bytes_.data() + offset, data, length);
        }
    }

    std::vector<std::byte> release() && { return std::move(bytes_); }

private:
    static std::size_t aligned(std::size_t offset, std::size_t alignment) {
        return (offset + alignment - 1) / alignment * alignment;
    }
    // Sound because checkSize() has bounded the sum of all parts before the first byte is written.
    static std::uint32_t narrow(std::size_t value) { return static_cast<std::uint32_t>(value); }

    std::vector<std::byte> bytes_;
};

wire::Offset appendOptional(Block& block, const std::optional<std::string>& text) {
    return text ? block.appendText(*text) : 0;
}

void fillTexts(Block& block, const wire::Table& table, const std::vector<std::string>& texts) {
    std::size_t position = table.offset;
    for (const std::string& text : texts) {
        const wire::Offset offset = block.appendText(text);
        block.write(position, &offset, sizeof(offset));
        position += sizeof(offset);
    }
}

wire::MountStep encodeMount(Block& block, const MountStep& step) {
    wire::MountStep encoded{};
    encoded.kind = static_cast<std::uint32_t>(step.kind);
    encoded.flags = step.flags;
    encoded.target = block.appendText(step.target);
    encoded.source = step.source.empty() ? 0 : block.appendText(step.source);
    encoded.fd = step.fd;
    encoded.mode = step.mode;
    if (step.kind == wire::MountKind::file || step.kind == wire::MountKind::bindFile) {
        encoded.contentOffset = block.appendText(step.content);
        encoded.contentSize = static_cast<std::uint32_t>(step.content.size());
    }
    encoded.size = step.size;
    encoded.work = step.work.empty() ? 0 : block.appendText(step.work);
    if (!step.lowers.empty()) {
        encoded.lowers = block.reserve<wire::Offset>(step.lowers.size());
        fillTexts(block, encoded.lowers, step.lowers);
    }
    return encoded;
}

void fillMounts(Block& block, const wire::Table& table, const std::vector<MountStep>& steps) {
    std::size_t position = table.offset;
    for (const MountStep& step : steps) {
        const wire::MountStep encoded = encodeMount(block, step);
        block.write(position, &encoded, sizeof(encoded));
        position += sizeof(encoded);
    }
}

std::size_t textSize(const std::vector<std::string>& texts) {
    std::size_t size = texts.size() * (sizeof(wire::Offset) + 1);
    for (const std::string& text : texts) {
        size += text.size();
    }
    return size;
}

std::size_t optionalSize(const std::optional<std::string>& text) {
    return text ? text->size() + 1 : 0;
}

// An upper bound of the block's size; padding between tables included.
std::size_t estimateSize(const Plan& plan) {
    constexpr std::size_t padding = 10 * alignof(std::uint64_t);
    std::size_t size = sizeof(wire::Header) + padding;
    size += plan.groups.size() * sizeof(std::uint32_t) + plan.fds.size() * sizeof(wire::FdAssignment);
    size += plan.callerFilters.size() * sizeof(std::uint32_t);
    size +=
        plan.filter.size_bytes() + plan.idleFilter.size_bytes() + textSize(plan.arguments) + textSize(plan.environment);
    size += plan.program.size() + 1 + optionalSize(plan.workingDirectory) + optionalSize(plan.hostname);
    size += optionalSize(plan.label);
    for (const MountStep& step : plan.mounts) {
        size += sizeof(wire::MountStep) + step.target.size() + step.source.size() + step.content.size() + 3;
        size += step.work.size() + 1 + textSize(step.lowers) + alignof(std::uint64_t);
    }
    return size;
}

std::size_t layerCount(const Plan& plan) {
    std::size_t count = 0;
    for (const MountStep& step : plan.mounts) {
        count += step.lowers.size();
    }
    return count;
}

Result<void> checkSize(const Plan& plan) {
    const struct {
        const char* what;
        std::size_t count;
        std::size_t limit;
    } counts[] = {
        {"argv", plan.arguments.size(), wire::maxArguments},
        {"env", plan.environment.size(), wire::maxEnvironment},
        {"mounts", plan.mounts.size(), wire::maxMounts},
        {"mounts: layers of overlays", layerCount(plan), wire::maxLayers},
        {"groups", plan.groups.size(), wire::maxGroups},
        {"fds", plan.fds.size(), wire::maxPayloadFds},
        {"filter", plan.filter.size(), wire::maxFilterLength},
        {"filter", plan.idleFilter.size(), wire::maxFilterLength},
        {"seccomp-fds", plan.callerFilters.size(), wire::maxCallerFilters},
        {"plan", estimateSize(plan), std::min(wire::maxPlanSize, policy::defaultLimits.planBytes)},
    };
    for (const auto& [what, count, limit] : counts) {
        if (count > limit) {
            return Error{ErrorCode::limitsExceeded,
                         std::string(what) + ": " + std::to_string(count) + " is more than " + std::to_string(limit)};
        }
    }
    return {};
}

wire::Header encodeScalars(const Plan& plan) {
    wire::Header header{};
    header.magic = wire::planMagic;
    header.version = wire::planVersion;
    header.identity = static_cast<std::uint32_t>(plan.identity);
    header.uid = plan.uid;
    header.gid = plan.gid;
    header.insideUid = plan.insideUid;
    header.insideGid = plan.insideGid;
    header.namespaces = plan.namespaces;
    header.network = static_cast<std::uint32_t>(plan.network);
    header.lifeline = plan.lifeline;
    header.terminal = plan.terminal;
    header.fdSocket = plan.fdSocket;
    header.info = plan.info;
    header.status = plan.status;
    header.block = plan.block;
    header.sync = plan.sync;
    header.process = plan.process;
    header.personality = plan.personality;
    header.fdCount = plan.fdCount;
    header.capabilities = plan.capabilities;
    header.setupTimeoutUsec = plan.setupTimeoutUsec;
    return header;
}

// All tables come before the first string: strings end the alignment.
void encodeTables(Block& block, const Plan& plan, wire::Header& header) {
    header.groups = block.append(std::span<const std::uint32_t>(plan.groups));
    header.arguments = block.reserve<wire::Offset>(plan.arguments.size());
    header.environment = block.reserve<wire::Offset>(plan.environment.size());
    header.mounts = block.reserve<wire::MountStep>(plan.mounts.size());
    header.fds = block.append(std::span<const wire::FdAssignment>(plan.fds));
    header.filter = block.append(plan.filter);
    header.idleFilter = block.append(plan.idleFilter);
    header.callerFilters = block.append(std::span<const std::uint32_t>(plan.callerFilters));
}

void encodeTexts(Block& block, const Plan& plan, wire::Header& header) {
    header.program = block.appendText(plan.program);
    header.workingDirectory = appendOptional(block, plan.workingDirectory);
    header.hostname = appendOptional(block, plan.hostname);
    header.label = appendOptional(block, plan.label);
    fillTexts(block, header.arguments, plan.arguments);
    fillTexts(block, header.environment, plan.environment);
    fillMounts(block, header.mounts, plan.mounts);
}

} // namespace

Result<std::vector<std::byte>> encode(const Plan& plan) {
    if (Result<void> size = checkSize(plan); !size) {
        return std::move(size).error();
    }
    Block block;
    wire::Header header = encodeScalars(plan);
    encodeTables(block, plan, header);
    encodeTexts(block, plan, header);
    header.size = static_cast<std::uint32_t>(block.size());
    block.write(0, &header, sizeof(header));
    return std::move(block).release();
}

} // namespace sandboxd::plan
