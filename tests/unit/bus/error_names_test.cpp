#include "bus/error_names.hpp"

#include <systemd/sd-bus.h>

#include <set>

#include <gtest/gtest.h>

namespace sandboxd::bus {
namespace {

TEST(ErrorNames, AreValidAndEveryCodeHasItsOwn) {
    std::set<std::string_view> names;
    std::size_t codes = 0;
    for (auto code = ErrorCode::invalidArgs; code <= ErrorCode::shuttingDown;
         code = static_cast<ErrorCode>(static_cast<int>(code) + 1)) {
        const std::string name(nameOf(code));
        EXPECT_TRUE(sd_bus_interface_name_is_valid(name.c_str())) << name;
        names.insert(nameOf(code));
        ++codes;
    }
    EXPECT_EQ(names.size(), codes);
}

} // namespace
} // namespace sandboxd::bus
