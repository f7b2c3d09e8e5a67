#include "broker/registry.hpp"

#include "launch/packet.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <optional>

#include <gtest/gtest.h>

namespace sandboxd::broker {
namespace {

constexpr std::uint32_t uid = 1000;

class RegistryTest : public testing::Test {
protected:
    RegistryTest() {
        sd_event* loop = nullptr;
        EXPECT_EQ(sd_event_new(&loop), 0);
        loop_.reset(loop);
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
        broker_.reset(ends[0]);
        warden_.reset(ends[1]);
        registry_.emplace(loop, owners_, 1);
    }

    void settle() {
        while (sd_event_run(loop_.get(), 0) > 0) {
        }
    }

    void retire() {
        EXPECT_TRUE(owners_.acquire(uid).ok());
        auto link = std::make_unique<launch::WardenLink>(
            loop_.get(), std::move(broker_),
            launch::WardenLink::Handlers{.facts = [](const wire::Facts&) {},
                                         .failed = [](const wire::Report&) {},
                                         .running = [](const launch::Running&) { FAIL() << "nobody takes it"; },
                                         .ended = [] { FAIL() << "the request is gone"; }});
        const UniqueFd plan(::open("/dev/null", O_RDONLY | O_CLOEXEC)); // this warden reads none
        EXPECT_TRUE(link->launch(plan.get(), {}));
        registry_->retire(std::move(link), std::move(quota_.holdSandbox(uid)).value(), uid);
    }

    struct Unref {
        void operator()(sd_event* loop) const noexcept { sd_event_unref(loop); }
    };
    std::unique_ptr<sd_event, Unref> loop_;
    policy::Quota quota_{policy::defaultLimits};
    policy::OwnerPool owners_{policy::IdRange{0x7F000000, 4}};
    UniqueFd broker_;
    UniqueFd warden_;
    std::optional<Registry> registry_;
};

TEST_F(RegistryTest, ARetiredSandboxIsToldToEnd) {
    retire();
    wire::Launch launch{};
    std::vector<UniqueFd> fds;
    ASSERT_EQ(launch::receiveRecord(warden_.get(), launch, fds), launch::Received::packet);
    wire::Order order{};
    ASSERT_EQ(launch::receiveRecord(warden_.get(), order, fds), launch::Received::packet);
    EXPECT_EQ(order.order, wire::OrderKind::end);
}

TEST_F(RegistryTest, ARetiredSandboxCountsUntilItsWardenHasEnded) {
    retire();
    settle();
    EXPECT_EQ(quota_.sandboxesOf(uid), 1U);
    EXPECT_EQ(owners_.callers(), 1U);
    warden_.reset();
    settle();
    EXPECT_EQ(quota_.sandboxesOf(uid), 0U);
    EXPECT_EQ(owners_.callers(), 0U);
    EXPECT_TRUE(quota_.idle());
}

TEST_F(RegistryTest, AReportThatComesTooLateIsTakenByNobody) {
    retire();
    wire::Report report{};
    report.kind = wire::RecordKind::report;
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const int fds[] = {null.get(), null.get()};
    EXPECT_TRUE(launch::sendRecord(warden_.get(), report, fds));
    settle();
    EXPECT_EQ(quota_.sandboxesOf(uid), 1U);
}

} // namespace
} // namespace sandboxd::broker
