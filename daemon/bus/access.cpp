#include "bus/access.hpp"

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

void Access::ask(std::shared_ptr<IncomingCall> call, Allowed allowed, std::function<void(const Error&)> refused) {
    const std::string sender = call->sender();
    credentials_.get(sender, [this, call = std::move(call), allowed = std::move(allowed),
                              refused = std::move(refused)](const Result<const Peer*>& peer) {
        if (!peer) {
            call->fail(peer.error());
            return;
        }
        const std::vector<policy::Right> rights{policy::Right::manageOthers};
        policy::Caller caller;
        caller.uid = peer.value()->uid;
        spec::Spec none; // every key is in every check, also where there is no request to tell of
        none.argv = {"-"};
        const std::uint64_t number = ++last_;
        auto answer = [this, number, call, allowed,
                       refused](const std::variant<policy::Grant, authority::Authority::Refusal>& verdict) {
            const auto check = checks_.extract(number); // lives until we return
            if (std::holds_alternative<policy::Grant>(verdict)) {
                allowed(call);
            } else {
                refused(std::get<authority::Authority::Refusal>(verdict).error);
            }
        };
        checks_[number] = authority_.ask({.rights = rights,
                                          .details = policy::checkDetails(none, caller, rights, 0),
                                          .uid = caller.uid,
                                          .uniqueName = call->sender(),
                                          .interactive = call->isInteractive()},
                                         std::move(answer), [] {});
    });
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
