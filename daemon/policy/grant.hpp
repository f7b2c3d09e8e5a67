// Proof that polkit allowed exactly these Rights for this request. Only authority/ can make one; no Plan without it.
#pragma once

#include "policy/right.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sandboxd::authority {
class Authority;
}

namespace sandboxd::policy {

class Grant {
public:
    Grant(Grant&&) noexcept = default;
    Grant& operator=(Grant&&) noexcept = default;
    Grant(const Grant&) = delete;
    Grant& operator=(const Grant&) = delete;
    ~Grant() = default;

    [[nodiscard]] bool covers(const std::vector<Right>& needed) const {
        return std::all_of(needed.begin(), needed.end(), [this](Right right) {
            return std::find(rights_.begin(), rights_.end(), right) != rights_.end();
        });
    }

private:
    friend class sandboxd::authority::Authority;
    friend class GrantForTests; // tests/unit only; the layout test refuses it elsewhere

    explicit Grant(std::vector<Right> granted) : rights_(std::move(granted)) {}
    std::vector<Right> rights_;
};

} // namespace sandboxd::policy
