#include "choose_ids.hpp"

#include "id_ranges.hpp"

namespace sandboxd::unshare {
namespace {

using engine::IdRange;
using Id = std::optional<std::uint32_t>;

constexpr std::uint32_t overflowId = 65534; // what user_namespaces(7) shows of ids that are not mapped

// One kind of id, user or group: they follow the same rules.
struct IdRequest {
    const char* word;
    const char* subordinates; // the file that gives blocks of them
    const std::optional<std::string>& mapped;
    const std::optional<std::string>& set;
    const std::vector<RangeRequest>& ranges;
    std::uint32_t own;
    const std::function<Id(const std::string&)>& find;
};

struct ChosenId {
    std::uint32_t id = overflowId;
    engine::IdMap map;
};

// The last number is none.
Id parseId(const std::string& text) {
    const Id number = parseNumber(text);
    return number != Id(UINT32_MAX) ? number : std::nullopt;
}

// The number of the caller's own id inside, if it is named.
std::variant<Id, Refusal> chooseOwn(const IdRequest& request, bool current) {
    if (!request.mapped) {
        return current ? Id(request.own) : std::nullopt;
    }
    Id mapped = parseId(*request.mapped);
    mapped = mapped ? mapped : request.find(*request.mapped);
    if (!mapped) {
        return Refusal{std::string("unknown ") + request.word + ": " + *request.mapped};
    }
    return mapped;
}

// unshare's words.
Refusal hasNoBlock(const IdRequest& request, const Surroundings& here) {
    const std::string name = here.userName.empty() ? std::to_string(here.uid) : here.userName;
    return {"no line matching user \"" + name + "\" in " + request.subordinates, true};
}

std::variant<std::vector<IdRange>, Refusal> resolve(const IdRequest& request, const Surroundings& here) {
    std::vector<IdRange> ranges;
    for (const RangeRequest& asked : request.ranges) {
        if (const auto* range = std::get_if<IdRange>(&asked)) {
            ranges.push_back(*range);
            continue;
        }
        std::optional<IdRange> block = findFirstBlock(here.readFile(request.subordinates), here.userName, here.uid);
        if (!block) {
            return hasNoBlock(request, here);
        }
        block->inside = std::get<FirstBlock>(asked).sameInside ? block->outside : 0;
        ranges.push_back(*block);
    }
    return ranges;
}

std::variant<ChosenId, Refusal> chooseAmong(const IdRequest& request, const Id& own, std::vector<IdRange> ranges) {
    if (own) {
        ranges = carveOut({*own, request.own, 1}, ranges);
    }
    if (const auto overlap = findOverlap(ranges)) {
        return *overlap;
    }
    const Id inside = insideOf(request.own, ranges);
    const Id set = request.set ? parseId(*request.set) : std::nullopt;
    if (request.set && (!set || !isMapped(*set, ranges))) {
        return Refusal{std::string("cannot become ") + request.word + " " + *request.set + ": it is not mapped"};
    }
    return ChosenId{set.value_or(inside.value_or(overflowId)), {std::move(ranges), !set && !inside}};
}

std::variant<ChosenId, Refusal> chooseId(const IdRequest& request, bool current, const Surroundings& here) {
    const auto own = chooseOwn(request, current);
    if (const auto* refusal = std::get_if<Refusal>(&own)) {
        return *refusal;
    }
    const Id& number = std::get<Id>(own);
    if (!request.ranges.empty()) {
        auto ranges = resolve(request, here);
        const auto* refusal = std::get_if<Refusal>(&ranges);
        return refusal != nullptr ? *refusal
                                  : chooseAmong(request, number, std::get<std::vector<IdRange>>(std::move(ranges)));
    }
    const ChosenId chosen{number.value_or(overflowId), {}};
    if (request.set && parseId(*request.set) != Id(chosen.id)) {
        return Refusal{std::string("cannot become ") + request.word + " " + *request.set + ": it is not mapped"};
    }
    return chosen;
}

std::optional<Refusal> checkRanges(const Command& command, const Surroundings& here) {
    const bool hasRanges = !command.userRanges.empty() || !command.groupRanges.empty();
    if (hasRanges && here.isBroker) {
        return Refusal{engine::onlyOneId, true};
    }
    if (command.setgroups == Setgroups::allow && command.groupRanges.empty()) {
        return Refusal{"--setgroups=allow: groups of a sandbox are fixed without a range of them", true};
    }
    return std::nullopt;
}

} // namespace

std::variant<ChosenIds, Refusal> chooseIds(const Command& command, const Surroundings& here) {
    if (const auto refusal = checkRanges(command, here)) {
        return *refusal;
    }
    auto user =
        chooseId({"user", "/etc/subuid", command.mapUser, command.setUid, command.userRanges, here.uid, here.findUser},
                 command.mapCurrent, here);
    auto group = chooseId(
        {"group", "/etc/subgid", command.mapGroup, command.setGid, command.groupRanges, here.gid, here.findGroup},
        command.mapCurrent, here);
    for (const auto* id : {&user, &group}) {
        if (const auto* refusal = std::get_if<Refusal>(id)) {
            return *refusal;
        }
    }
    const bool canSetGroups = !command.groupRanges.empty() && command.setgroups != Setgroups::deny;
    auto& uid = std::get<ChosenId>(user);
    auto& gid = std::get<ChosenId>(group);
    return ChosenIds{
        uid.id, gid.id, {std::move(uid.map), std::move(gid.map), !canSetGroups, canSetGroups && command.setGid}};
}

} // namespace sandboxd::unshare
