#include "bus/access.hpp"

#include "base/duplicate_fd.hpp"
#include "base/log.hpp"
#include "base/quote.hpp"
#include "bus/error_names.hpp"
#include "policy/details.hpp"

namespace sandboxd::bus {

Error noSuchSandbox() {
    return {ErrorCode::noSuchSandbox, "sandbox: there is none of this name for this caller"};
}

void Access::whenOwner(std::uint32_t uid, std::shared_ptr<IncomingCall> call, Allowed allowed) {
    const std::string sender = call->sender();
    credentials_.get(
        sender, [this, uid, call = std::move(call), allowed = std::move(allowed)](const Result<const Peer*>& peer) {
            if (!peer) {
                call->fail(peer.error());
            } else if (peer.value()->uid == uid) {
                allowed(call);
            } else {
                ask(call, allowed, [call](const Error&) { call->fail(noSuchSandbox()); });
            }
        });
}

void Access::whenManager(std::shared_ptr<IncomingCall> call, Allowed allowed) {
    auto refused = [call](const Error& error) { call->fail(error); };
    ask(std::move(call), std::move(allowed), std::move(refused));
}

void Access::ask(std::shared_ptr<IncomingCall> call, Allowed allowed, Refused refused) {
    const std::string sender = call->sender();
    credentials_.get(sender, [this, call = std::move(call), allowed = std::move(allowed),
                              refused = std::move(refused)](const Result<const Peer*>& peer) {
        if (!peer) {
            call->fail(peer.error());
            return;
        }
        // Each question costs polkit some milliseconds: who only gets refusals has to wait, as with Spawn.
        if (auto rate = quota_.checkRate(peer.value()->uid, nowUsec(loop_)); !rate) {
            call->fail(rate.error());
            return;
        }
        askPolkit({call, peer.value()->uid, allowed, refused, nullptr}, duplicate(peer.value()->pidfd));
    });
}

void Access::askPolkit(Question question, UniqueFd process) {
    const std::vector<policy::Right> rights{policy::Right::manageOthers};
    policy::Caller caller;
    caller.uid = question.uid;
    spec::Spec none; // every key is in every check, also where there is no request to tell of
    none.argv = {"-"};
    const std::uint64_t number = ++last_;
    question.check = authority_.ask(
        {.rights = rights,
         .details = policy::checkDetails(none, caller, rights, 0),
         .uid = caller.uid,
         .uniqueName = question.call->sender(),
         .process = std::move(process),
         .interactive = question.call->isInteractive()},
        [this, number](const Answer& answer) { take(number, answer); }, [] {});
    questions_.emplace(number, std::move(question));
}

void Access::take(std::uint64_t number, const Answer& answer) {
    const auto node = questions_.extract(number); // with the check that calls us: it lives until we return
    const Question& question = node.mapped();
    const std::string action(policy::actionOf(policy::Right::manageOthers));
    if (const auto* refusal = std::get_if<authority::Authority::Refusal>(&answer)) {
        log::write(log::Level::warning, log::refused, "access to sandboxes of others refused",
                   {{"SANDBOX_ID", "-"},
                    {"CALLER_UID", std::to_string(question.uid)},
                    {"ACTION", action},
                    {"VERDICT", "refused"},
                    {"ERROR", std::string(nameOf(refusal->error.code))},
                    {"REASON", quote(refusal->error.message)}});
        quota_.recordRefusal(question.uid, nowUsec(loop_));
        question.refused(refusal->error);
        return;
    }
    log::write(log::Level::info, log::managed, "access to sandboxes of others",
               {{"SANDBOX_ID", "-"},
                {"CALLER_UID", std::to_string(question.uid)},
                {"ACTION", action},
                {"VERDICT", "allowed"},
                {"REASON", "authorised"}});
    question.allowed(question.call);
}

void Access::cancelOf(const std::string& connection) {
    std::erase_if(questions_, [&](const auto& entry) { return entry.second.call->sender() == connection; });
}

// The bus tells whose the descriptors are; until then the message is kept.
void Access::receive(sd_bus_message* message) {
    auto call = std::make_shared<IncomingCall>(message, closer_);
    if (!call->mayHoldFds()) {
        return;
    }
    credentials_.get(call->sender(), [call](const Result<const Peer*>& peer) {
        if (peer) {
            call->setUid(peer.value()->uid);
        }
    });
    received_ = std::move(call);
    dropping_ = EventSource::soon(loop_, [this] { received_.reset(); });
}

std::shared_ptr<IncomingCall> Access::adopt(sd_bus_message* message) {
    return received_ && received_->message() == message ? received_ : std::make_shared<IncomingCall>(message, closer_);
}

bool Access::isOwner(std::uint32_t uid, const std::string& reader) {
    const std::optional<std::uint32_t> readerUid = credentials_.uidNow(reader);
    return readerUid && (*readerUid == uid || *readerUid == 0);
}

void Access::requireOwner(std::uint32_t uid, const std::string& reader) {
    if (!isOwner(uid, reader)) {
        throw busError(std::string(nameOf(ErrorCode::noSuchSandbox)), noSuchSandbox().message);
    }
}

} // namespace sandboxd::bus
