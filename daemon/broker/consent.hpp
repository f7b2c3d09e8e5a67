// polkit's word on one request. It takes longer than all else, so it is asked for while the probe still looks at the
// caller, as of one that is not confined; if the probe finds otherwise, that answer is dropped and the question put
// again as it should have been.
#pragma once

#include "authority/check.hpp"
#include "broker/order.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sandboxd::broker {

class Consent {
public:
    using Word = std::variant<policy::Grant, authority::Authority::Refusal>;

    // `running`: the caller's sandboxes but this one. `answer` is called once, after ask() or in it, `dialogOpened`
    // when a person is asked. All that is passed outlives this.
    Consent(authority::Authority& authority, const Order& order, std::uint32_t running,
            std::function<void(Word)> answer, std::function<void()> dialogOpened);

    // By the bus daemon's word about the caller alone. Never asks a person, and answers nobody.
    void askAhead(bool appArmor);

    // Of the caller as the probe has seen it.
    void ask();

    // For the log: the actions that decide, all that are needed or the one that was refused.
    [[nodiscard]] const std::string& actions() const noexcept { return actions_; }

private:
    struct Question {
        std::vector<policy::Right> rights;
        std::map<std::string, std::string> details;
        bool operator==(const Question&) const = default;
    };

    [[nodiscard]] Question questionAbout(const policy::Caller& caller) const;
    void put(Question question, bool interactive);
    void take(Word word);
    void decide(Word word);

    authority::Authority& authority_;
    const Order& order_;
    std::uint32_t running_;
    std::function<void(Word)> answer_;
    std::function<void()> dialogOpened_;
    std::optional<Question> asked_;
    bool isAhead_ = false;      // what was asked last was asked ahead
    bool isWanted_ = false;     // ask() was called
    std::optional<Word> early_; // came before that
    std::string actions_;
    std::unique_ptr<authority::Authority::Check> check_;
};

} // namespace sandboxd::broker
