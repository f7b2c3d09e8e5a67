#include "policy/owner_pool.hpp"

#include "base/quote.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace sandboxd::policy {
namespace {

constexpr std::uint64_t idCeiling = std::uint64_t{1} << 31U;

std::optional<std::uint32_t> parseNumber(std::string_view text) {
    std::uint32_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end) {
        return std::nullopt;
    }
    return number;
}

std::string_view takeUntil(std::string_view& text, char delimiter) {
    const std::size_t end = text.find(delimiter);
    const std::string_view token = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return token;
}

// Fields 2 and 3 (from 1) of each line with colons.
template <typename Visit> void visitLines(std::string_view contents, Visit visit) {
    while (!contents.empty()) {
        std::string_view line = takeUntil(contents, '\n');
        takeUntil(line, ':');
        const std::string_view second = takeUntil(line, ':');
        const std::string_view third = takeUntil(line, ':');
        visit(second, third);
    }
}

} // namespace

Result<IdRange> parseIdRange(std::string_view text) {
    std::string_view rest = text;
    const auto first = parseNumber(takeUntil(rest, ':'));
    const auto count = parseNumber(rest);
    if (!first || !count || *first == 0 || *count == 0 || std::uint64_t{*first} + *count > idCeiling) {
        return Error{ErrorCode::invalidArgs,
                     "owners: " + quote(text) + " is not FIRST:COUNT with ids from 1 to 2^31 - 1"};
    }
    return IdRange{*first, *count};
}

std::vector<IdRange> parsePasswd(std::string_view contents) {
    std::vector<IdRange> ranges;
    visitLines(contents, [&ranges](std::string_view /*password*/, std::string_view id) {
        if (const auto uid = parseNumber(id)) {
            ranges.push_back({*uid, 1});
        }
    });
    return ranges;
}

std::vector<IdRange> parseSubordinateIds(std::string_view contents) {
    std::vector<IdRange> ranges;
    visitLines(contents, [&ranges](std::string_view firstText, std::string_view countText) {
        const auto first = parseNumber(firstText);
        const auto count = parseNumber(countText);
        if (first && count) {
            ranges.push_back({*first, *count});
        }
    });
    return ranges;
}

std::optional<IdRange> OwnerPool::findConflict(const std::vector<IdRange>& taken) const {
    const auto conflict =
        std::find_if(taken.begin(), taken.end(), [this](const IdRange& range) { return range_.overlaps(range); });
    return conflict == taken.end() ? std::nullopt : std::optional<IdRange>(*conflict);
}

Result<std::uint32_t> OwnerPool::acquire(std::uint32_t uid) {
    if (range_.contains(uid)) {
        return Error{ErrorCode::accessDenied, "caller: uid " + std::to_string(uid) + " is reserved for owners"};
    }
    if (const auto slot = slots_.find(uid); slot != slots_.end()) {
        ++slot->second.sandboxes;
        return slot->second.owner;
    }
    const auto owner = findFree();
    if (!owner) {
        return Error{ErrorCode::limitsExceeded, "owners: all " + std::to_string(range_.count) + " are taken"};
    }
    slots_.emplace(uid, Slot{*owner, 1});
    return *owner;
}

void OwnerPool::release(std::uint32_t uid) {
    const auto slot = slots_.find(uid);
    if (slot != slots_.end() && --slot->second.sandboxes == 0) {
        slots_.erase(slot);
    }
}

std::optional<std::uint32_t> OwnerPool::findFree() const {
    std::set<std::uint32_t> taken;
    for (const auto& [uid, slot] : slots_) {
        taken.insert(slot.owner);
    }
    std::uint32_t offset = 0;
    while (offset < range_.count && taken.contains(range_.first + offset)) {
        ++offset;
    }
    return offset < range_.count ? std::optional(range_.first + offset) : std::nullopt;
}

} // namespace sandboxd::policy
