// Makes Grants without polkit: for tests/unit alone.
#pragma once

#include "policy/grant.hpp"

namespace sandboxd::policy {

class GrantForTests {
public:
    static Grant of(std::vector<Right> granted) { return Grant(std::move(granted)); }
};

} // namespace sandboxd::policy
