// How much each uid, and all of them together, may have at once. A state machine without a clock: the caller says what
// time it is. Never blocks, never asks polkit.
#pragma once

#include "base/result.hpp"
#include "policy/limits.hpp"
#include "spec/spec.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace sandboxd::policy {

// The ceilings of one request, as far as its Spec shows them. LimitsExceeded, naming the key.
Result<void> withinLimits(const spec::Spec& spec, const Limits& limits);

class Quota {
public:
    enum class Kind { setup, sandbox, check, dialog, wait };

    // Counts as one until it is destroyed or released. The Quota outlives its leases.
    class [[nodiscard]] Lease {
    public:
        Lease(Lease&& other) noexcept;
        Lease& operator=(Lease&& other) noexcept;
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { release(); }

        void release() noexcept;

    private:
        friend class Quota;
        Lease(Quota& quota, Kind kind, std::uint32_t uid, std::string connection = {});

        Quota* quota_;
        Kind kind_;
        std::uint32_t uid_;
        std::string connection_; // of a wait
    };

    using RequestId = std::uint64_t;

    // A queued request whose turn has come.
    struct Turn {
        RequestId request;
        Lease setup;
    };

    explicit Quota(const Limits& limits) : limits_(limits) {}
    Quota(const Quota&) = delete;
    Quota& operator=(const Quota&) = delete;

    // First of all for each request, before anything is done for it. A lease: set up now. nullopt: queued under this
    // id until takeTurn() gives it or cancel() forgets it. RateLimited; LimitsExceeded when the queue is full.
    Result<std::optional<Lease>> admit(RequestId request, std::uint32_t uid, std::uint64_t nowUsec);

    // The next queued request that may start, one uid after the other; call until nullopt whenever a setup lease has
    // been released.
    std::optional<Turn> takeTurn();
    void cancel(RequestId request);

    // A request of this uid was refused or failed. Successful ones do not count.
    void recordRefusal(std::uint32_t uid, std::uint64_t nowUsec);
    // RateLimited while the uid's refusals are spent.
    [[nodiscard]] Result<void> checkRate(std::uint32_t uid, std::uint64_t nowUsec) const;

    // True once in each refill time: for what a caller can repeat without end, and the log should hold once.
    [[nodiscard]] bool isNews(std::uint32_t uid, std::uint64_t nowUsec);

    // One sandbox, held from before the polkit check until it has ended. LimitsExceeded.
    Result<Lease> holdSandbox(std::uint32_t uid);
    // One question to polkit without, or with, a dialog; of one uid no more than it may have requests in setup, so that
    // nobody takes all places. Busy.
    Result<Lease> beginCheck(std::uint32_t uid);
    Result<Lease> openDialog(std::uint32_t uid);
    // One pending Wait of a connection. LimitsExceeded.
    Result<Lease> beginWait(const std::string& connection);

    // Sandboxes of this uid: those that run and those that are being set up.
    [[nodiscard]] std::uint32_t sandboxesOf(std::uint32_t uid) const;
    [[nodiscard]] bool idle() const noexcept; // nothing is held or queued

private:
    struct Counts {
        std::uint32_t setups = 0;
        std::uint32_t sandboxes = 0;
        std::uint32_t checks = 0;
        std::uint32_t dialogs = 0;
        [[nodiscard]] bool empty() const noexcept { return setups + sandboxes + checks + dialogs == 0; }
    };

    static std::uint32_t& counter(Counts& counts, Kind kind);
    [[nodiscard]] Counts countsOf(std::uint32_t uid) const;
    [[nodiscard]] bool maySetUp(std::uint32_t uid) const;
    Lease take(Kind kind, std::uint32_t uid);
    void give(Kind kind, std::uint32_t uid, const std::string& connection) noexcept;
    [[nodiscard]] std::uint64_t refusalCost() const noexcept;

    Limits limits_;
    Counts total_;
    std::map<std::uint32_t, Counts> perUid_;
    std::map<std::string, std::uint32_t> waits_;
    std::map<std::uint32_t, std::deque<RequestId>> queues_; // by uid, none is empty
    std::uint32_t lastServed_ = 0;                          // the uid whose turn was last
    std::map<std::uint32_t, std::uint64_t> spentUntil_;     // by uid: when all refusals are forgotten
    std::map<std::uint32_t, std::uint64_t> toldUntil_;      // by uid: until when nothing is news
};

} // namespace sandboxd::policy
