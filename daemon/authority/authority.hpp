// Asks polkit, and nobody else may: the one maker of a Grant. Never blocks; anything but a clear yes is a refusal.
#pragma once

#include "authority/sdbus_versions.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "policy/grant.hpp"
#include "policy/quota.hpp"
#include "policy/right.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sandboxd::authority {

struct Question {
    std::vector<policy::Right> rights; // all must be allowed
    std::map<std::string, std::string> details;
    std::uint32_t uid = 0;
    std::string uniqueName;   // the subject: polkit asks the bus who that is
    UniqueFd process;         // the subject instead, where polkit takes it: a pidfd that the bus vouched for, or none
    bool interactive = false; // the caller's message allows a dialog
};

class Authority {
public:
    // A refusal names the action that was refused.
    struct Refusal {
        Error error;
        policy::Right right;
    };
    using Answer = std::function<void(std::variant<policy::Grant, Refusal>)>;

    // One question on its way. Destroying it withdraws the question, a dialog included.
    class Check;

    Authority(sd_event* loop, sdbus::IConnection& connection, policy::Quota& quota, const policy::Limits& limits);
    ~Authority();

    // `answer` is called once, from the loop, unless the Check is destroyed before. `dialogOpened` is called when a
    // question that needs a person begins to wait for one.
    [[nodiscard]] std::unique_ptr<Check> ask(Question question, Answer answer, std::function<void()> dialogOpened);

private:
    friend class Check;
    static policy::Grant grant(std::vector<policy::Right> rights) { return policy::Grant(std::move(rights)); }

    sd_event* loop_;
    std::unique_ptr<sdbus::IProxy> polkit_;
    policy::Quota& quota_;
    policy::Limits limits_;
    bool takesPidfds_ = false; // false also until polkit has said its version
    std::uint64_t lastCancellation_ = 0;
};

} // namespace sandboxd::authority
