#include "broker/consent.hpp"

#include "base/duplicate_fd.hpp"
#include "policy/details.hpp"

#include <utility>

namespace sandboxd::broker {

Consent::Consent(authority::Authority& authority, const Order& order, std::uint32_t running,
                 std::function<void(Word)> answer, std::function<void()> dialogOpened)
    : authority_(authority), order_(order), running_(running), answer_(std::move(answer)),
      dialogOpened_(std::move(dialogOpened)), actions_(policy::actionOf(policy::Right::spawn)) {}

Consent::Question Consent::questionAbout(const policy::Caller& caller) const {
    std::vector<policy::Right> rights = policy::requiredRights(order_.spec, caller);
    auto details = policy::checkDetails(order_.spec, caller, rights, running_);
    return {std::move(rights), std::move(details)};
}

// Polkit is told no label that nobody has vouched for: where the bus daemon does not, the probe has to look first.
void Consent::askAhead(bool appArmor) {
    if (appArmor && order_.caller.label.empty()) {
        return;
    }
    policy::Caller assumed = order_.caller;
    assumed.appArmor = appArmor;
    isAhead_ = true;
    put(questionAbout(assumed), false);
}

void Consent::ask() {
    isWanted_ = true;
    Question question = questionAbout(order_.caller);
    if (!isAhead_ || question != asked_) {
        isAhead_ = false;
        put(std::move(question), order_.interactive);
    } else if (early_) {
        decide(std::move(*early_));
    }
}

void Consent::put(Question question, bool interactive) {
    asked_ = std::move(question);
    actions_ = asked_->details.at("needs");
    check_ = authority_.ask(
        {.rights = asked_->rights,
         .details = asked_->details,
         .uid = order_.caller.uid,
         .uniqueName = order_.caller.uniqueName,
         .process = order_.caller.isProven ? duplicate(order_.pidfd) : UniqueFd(),
         .interactive = interactive},
        [this](Word word) { take(std::move(word)); }, dialogOpened_);
}

void Consent::take(Word word) {
    if (isWanted_) {
        decide(std::move(word));
    } else {
        early_.emplace(std::move(word));
    }
}

void Consent::decide(Word word) {
    const auto* refusal = std::get_if<authority::Authority::Refusal>(&word);
    const bool needsPerson = refusal != nullptr && refusal->error.code == ErrorCode::interactiveAuthorizationRequired;
    if (needsPerson && isAhead_ && order_.interactive) {
        isAhead_ = false;
        put(std::move(*asked_), true);
        return;
    }
    if (refusal != nullptr) {
        actions_ = policy::actionOf(refusal->right);
    }
    const auto answer = std::move(answer_);
    answer(std::move(word)); // nothing of this may be used afterwards
}

} // namespace sandboxd::broker
