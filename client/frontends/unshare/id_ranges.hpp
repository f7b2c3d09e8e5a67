// Ranges of ids as --map-users and --map-groups name them, and the map that they come to for one user. Pure.
#pragma once

#include "command.hpp"

#include <string_view>

namespace sandboxd::unshare {

// A decimal number and nothing beside it.
[[nodiscard]] std::optional<std::uint32_t> parseNumber(std::string_view text);

// `option` is named in the refusal of what is no range.
[[nodiscard]] std::variant<RangeRequest, Refusal> parseRange(const std::string& option, const std::string& text);

// Of subuid(5) or subgid(5): the first block that `text` gives to the user of this name or uid, from 0 on inside. None
// if there is no such line that holds a block.
[[nodiscard]] std::optional<engine::IdRange> findFirstBlock(std::string_view text, const std::string& name,
                                                            std::uint32_t uid);

// `single`, which comes first, takes its two ids out of `ranges`: what follows in a range closes up, so that the last
// id of a range that had one of them is not mapped.
[[nodiscard]] std::vector<engine::IdRange> carveOut(const engine::IdRange& single,
                                                    const std::vector<engine::IdRange>& ranges);

// Two that share an id, inside or outside.
[[nodiscard]] std::optional<Refusal> findOverlap(const std::vector<engine::IdRange>& ranges);

// The number inside of an id of the outside.
[[nodiscard]] std::optional<std::uint32_t> insideOf(std::uint32_t outside, const std::vector<engine::IdRange>& ranges);

[[nodiscard]] bool isMapped(std::uint32_t inside, const std::vector<engine::IdRange>& ranges);

} // namespace sandboxd::unshare
