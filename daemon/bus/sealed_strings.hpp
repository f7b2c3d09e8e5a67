// Strings that a caller put into a memfd because the message would not carry them. Read only when nobody can change or
// shorten it any more; reading one then asks nobody and never waits.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sandboxd::bus {

// NUL-terminated each. BadFileDescriptor unless `fd` is a memfd with all four seals, InvalidOption without the last
// NUL, LimitsExceeded above either ceiling.
Result<std::vector<std::string>> readSealedStrings(std::string_view key, int fd, std::size_t mostBytes,
                                                   std::size_t mostStrings);

} // namespace sandboxd::bus
