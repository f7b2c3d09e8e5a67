// One question to polkit on its way: an action after the other, first without a dialog.
#pragma once

#include "authority/authority.hpp"
#include "base/event.hpp"

namespace sandboxd::authority {

class Authority::Check {
public:
    Check(Authority& authority, Question question, Answer answer, std::function<void()> dialogOpened);
    ~Check();
    Check(const Check&) = delete;
    Check& operator=(const Check&) = delete;

private:
    void begin();
    using Reply = sdbus::Struct<bool, bool, std::map<std::string, std::string>>;

    void call(bool withDialog);
    void takeReply(const Reply& reply);
    void takeFailure(const std::string& name, const std::string& message);
    void deny(const std::map<std::string, std::string>& details, bool challenge);
    void openDialog();
    void withdraw();
    void refuse(ErrorCode code, const std::string& why);
    [[nodiscard]] policy::Right current() const { return question_.rights[position_]; }

    Authority& authority_;
    Question question_;
    Answer answer_;
    std::function<void()> dialogOpened_;
    std::size_t position_ = 0;
    bool withDialog_ = false;
    std::string cancellation_; // polkit's name of the question that is open
    std::optional<policy::Quota::Lease> check_;
    std::optional<policy::Quota::Lease> dialog_;
    sdbus::PendingAsyncCall pending_;
    EventSource beginning_; // an answer never comes before the caller has its Check
};

} // namespace sandboxd::authority
