#include "id_ranges.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sandboxd::unshare {
namespace {

using engine::IdRange;

constexpr std::uint64_t ids = UINT32_MAX; // the last number is none

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(at + 1);
    }
}

std::optional<std::array<std::uint32_t, 3>> threeNumbers(std::string_view text, char separator) {
    const std::vector<std::string_view> parts = split(text, separator);
    if (parts.size() != 3) {
        return std::nullopt;
    }
    const auto first = parseNumber(parts[0]);
    const auto second = parseNumber(parts[1]);
    const auto third = parseNumber(parts[2]);
    if (!first || !second || !third) {
        return std::nullopt;
    }
    return std::array{*first, *second, *third};
}

// With commas as before util-linux 2.39: the outer id first.
std::optional<IdRange> rangeOf(std::string_view text) {
    if (const auto colons = threeNumbers(text, ':')) {
        return IdRange{(*colons)[0], (*colons)[1], (*colons)[2]};
    }
    if (const auto commas = threeNumbers(text, ',')) {
        return IdRange{(*commas)[1], (*commas)[0], (*commas)[2]};
    }
    return std::nullopt;
}

std::uint64_t end(std::uint32_t start, std::uint32_t count) {
    return std::uint64_t{start} + count;
}

bool holds(std::uint32_t start, std::uint32_t count, std::uint32_t id) {
    return id >= start && id < end(start, count);
}

bool share(std::uint32_t one, std::uint32_t oneCount, std::uint32_t other, std::uint32_t otherCount) {
    return one < end(other, otherCount) && other < end(one, oneCount);
}

const char* whyNot(const IdRange& range) {
    if (range.count == 0) {
        return "it has no id";
    }
    const bool fits = end(range.inside, range.count) <= ids && end(range.outside, range.count) <= ids;
    return fits ? nullptr : "there are no such ids";
}

std::string textOf(const IdRange& range) {
    return std::to_string(range.inside) + ":" + std::to_string(range.outside) + ":" + std::to_string(range.count);
}

std::uint32_t distance(std::uint32_t start, std::uint32_t id, std::uint32_t most) {
    return std::min(id > start ? id - start : 0, most);
}

// In up to three parts: below both ids of the single one, between the two, and above.
void appendAround(const IdRange& single, const IdRange& range, std::vector<IdRange>& parts) {
    const bool isHit =
        holds(range.inside, range.count, single.inside) || holds(range.outside, range.count, single.outside);
    const std::uint32_t count = range.count - (isHit ? 1U : 0U);
    const std::uint32_t inner = distance(range.inside, single.inside, count);
    const std::uint32_t outer = distance(range.outside, single.outside, count);
    const auto [low, high] = std::minmax(inner, outer);
    IdRange part = range;
    for (const std::uint32_t size : {low, high - low, count - high}) {
        part.inside += part.inside == single.inside ? 1U : 0U;
        part.outside += part.outside == single.outside ? 1U : 0U;
        part.count = size;
        if (size > 0) {
            parts.push_back(part);
        }
        part.inside += size;
        part.outside += size;
    }
}

// NAME:START:COUNT, or a uid for the name.
std::optional<IdRange> blockOf(std::string_view line, const std::string& name, std::uint32_t uid) {
    const std::vector<std::string_view> fields = split(line, ':');
    const bool isUsers = parseNumber(fields[0]) == std::optional(uid) || (!name.empty() && fields[0] == name);
    if (fields.size() != 3 || !isUsers) {
        return std::nullopt;
    }
    const auto start = parseNumber(fields[1]);
    const auto count = parseNumber(fields[2]);
    if (!start || !count || whyNot({0, *start, *count}) != nullptr) {
        return std::nullopt;
    }
    return IdRange{0, *start, *count};
}

} // namespace

std::optional<std::uint32_t> parseNumber(std::string_view text) {
    std::uint32_t value = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && rest == end ? std::optional(value) : std::nullopt;
}

std::variant<RangeRequest, Refusal> parseRange(const std::string& option, const std::string& text) {
    if (text == "auto" || text == "subids") {
        return RangeRequest{FirstBlock{text == "subids"}};
    }
    if (text == "all") {
        return Refusal{option + "=all: a sandbox does not map all ids", true};
    }
    const std::optional<IdRange> range = rangeOf(text);
    if (!range) {
        return Refusal{"invalid mapping '" + text + "'"};
    }
    if (const char* why = whyNot(*range)) {
        return Refusal{"invalid mapping '" + text + "': " + why};
    }
    return RangeRequest{*range};
}

std::optional<IdRange> findFirstBlock(std::string_view text, const std::string& name, std::uint32_t uid) {
    for (const std::string_view line : split(text, '\n')) {
        if (const auto block = blockOf(line, name, uid)) {
            return block;
        }
    }
    return std::nullopt;
}

std::vector<IdRange> carveOut(const IdRange& single, const std::vector<IdRange>& ranges) {
    std::vector<IdRange> parts{single};
    for (const IdRange& range : ranges) {
        appendAround(single, range, parts);
    }
    return parts;
}

std::optional<Refusal> findOverlap(const std::vector<IdRange>& ranges) {
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const IdRange& one = ranges[j];
            const IdRange& other = ranges[i];
            if (share(one.inside, one.count, other.inside, other.count) ||
                share(one.outside, one.count, other.outside, other.count)) {
                return Refusal{"mappings overlap: " + textOf(one) + " and " + textOf(other)};
            }
        }
    }
    return std::nullopt;
}

std::optional<std::uint32_t> insideOf(std::uint32_t outside, const std::vector<IdRange>& ranges) {
    for (const IdRange& range : ranges) {
        if (holds(range.outside, range.count, outside)) {
            return range.inside + (outside - range.outside);
        }
    }
    return std::nullopt;
}

bool isMapped(std::uint32_t inside, const std::vector<IdRange>& ranges) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [inside](const IdRange& range) { return holds(range.inside, range.count, inside); });
}

} // namespace sandboxd::unshare
