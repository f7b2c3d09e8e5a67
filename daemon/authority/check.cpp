#include "authority/check.hpp"

#include "authority/subject.hpp"
#include "base/quote.hpp"

#include <tuple>

namespace sandboxd::authority {

namespace {

constexpr const char* interface = "org.freedesktop.PolicyKit1.Authority";
constexpr const char* cancelled = "org.freedesktop.PolicyKit1.Error.Cancelled";
constexpr std::uint32_t allowUserInteraction = 1; // CheckAuthorizationFlags of polkit's D-Bus interface

} // namespace

Authority::Check::Check(Authority& authority, Question question, Answer answer, std::function<void()> dialogOpened)
    : authority_(authority), question_(std::move(question)), answer_(std::move(answer)),
      dialogOpened_(std::move(dialogOpened)), beginning_(EventSource::soon(authority.loop_, [this] { begin(); })) {}

Authority::Check::~Check() {
    if (!cancellation_.empty()) {
        pending_.cancel();
        withdraw();
    }
}

// Nobody waits for the answer any more; without this a dialog would stay on the user's screen.
void Authority::Check::withdraw() {
    try {
        authority_.polkit_->callMethodAsync("CancelCheckAuthorization")
            .onInterface(interface)
            .withArguments(cancellation_)
            .uponReplyInvoke([](bus::CallError) {});
    } catch (const sdbus::Error&) {
        return; // the bus is gone, and polkit's question with it
    }
}

void Authority::Check::begin() {
    Result<policy::Quota::Lease> lease = authority_.quota_.beginCheck(question_.uid);
    if (!lease) {
        refuse(lease.error().code, lease.error().message);
        return;
    }
    check_.emplace(std::move(lease).value());
    call(false);
}

void Authority::Check::call(bool withDialog) {
    withDialog_ = withDialog;
    cancellation_ = "sandboxd-" + std::to_string(++authority_.lastCancellation_);
    const std::uint64_t timeout = withDialog ? authority_.limits_.dialogUsec : authority_.limits_.checkUsec;
    const std::uint32_t flags = withDialog ? allowUserInteraction : 0;
    const bool byPidfd = authority_.takesPidfds_ && question_.process;
    try {
        pending_ = authority_.polkit_->callMethodAsync("CheckAuthorization")
                       .onInterface(interface)
                       .withTimeout(timeout)
                       .withArguments(byPidfd ? subjectOf(question_.process.get(), question_.uid)
                                              : subjectOf(question_.uniqueName),
                                      std::string(policy::actionOf(current())), question_.details, flags, cancellation_)
                       .uponReplyInvoke([this](bus::CallError error, const Reply& reply) {
                           if (error) {
                               takeFailure(error->getName(), error->getMessage());
                           } else {
                               takeReply(reply);
                           }
                       });
    } catch (const sdbus::Error& error) {
        takeFailure(error.getName(), error.getMessage());
    }
}

// Whatever polkit did not answer is a denial; so is its absence.
void Authority::Check::takeFailure(const std::string& name, const std::string& message) {
    if (name != cancelled) {
        withdraw(); // after a timeout polkit still asks; for a question that it does not know this is an error of no
                    // use
    }
    cancellation_.clear();
    if (name == cancelled) {
        refuse(ErrorCode::authenticationDismissed, "the authentication was cancelled");
        return;
    }
    refuse(ErrorCode::authorityUnavailable, "polkit gave no answer: " + sanitise(message));
}

void Authority::Check::takeReply(const Reply& reply) {
    cancellation_.clear();
    const bool authorised = std::get<0>(reply);
    const bool challenge = std::get<1>(reply);
    if (!authorised) {
        deny(std::get<2>(reply), challenge);
        return;
    }
    dialog_.reset();
    if (++position_ < question_.rights.size()) {
        call(false);
        return;
    }
    const Answer answer = std::move(answer_);
    answer(Authority::grant(std::move(question_.rights)));
}

void Authority::Check::deny(const std::map<std::string, std::string>& details, bool challenge) {
    if (details.contains("polkit.dismissed")) {
        refuse(ErrorCode::authenticationDismissed, "the authentication was dismissed");
    } else if (!challenge) {
        refuse(ErrorCode::accessDenied, "not authorised");
    } else if (question_.interactive && !withDialog_) {
        openDialog();
    } else {
        refuse(ErrorCode::interactiveAuthorizationRequired, "needs authentication by a person");
    }
}

void Authority::Check::openDialog() {
    Result<policy::Quota::Lease> lease = authority_.quota_.openDialog(question_.uid);
    if (!lease) {
        refuse(lease.error().code, lease.error().message);
        return;
    }
    dialog_.emplace(std::move(lease).value());
    dialogOpened_();
    call(true);
}

void Authority::Check::refuse(ErrorCode code, const std::string& why) {
    const Answer answer = std::move(answer_);
    answer(Refusal{{code, std::string(policy::actionOf(current())) + ": " + why}, current()});
}

} // namespace sandboxd::authority
