#include "launch/warden_link.hpp"

#include "launch/packet.hpp"
#include "socket_pair.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>

#include <gtest/gtest.h>

namespace sandboxd::launch {
namespace {

class WardenLinkTest : public testing::Test {
protected:
    WardenLinkTest() {
        sd_event* loop = nullptr;
        EXPECT_EQ(sd_event_new(&loop), 0);
        loop_.reset(loop);
        link_ = std::make_unique<WardenLink>(loop, std::move(pair_.ours),
                                             WardenLink::Handlers{
                                                 .facts = [this](const wire::Facts&) { said_ += "facts "; },
                                                 .failed = [this](const wire::Report&) { said_ += "failed "; },
                                                 .running = [this](Running) { said_ += "running "; },
                                                 .ended = [this] { said_ += "ended "; },
                                             });
    }

    // Until the loop has nothing to do.
    std::string heard() {
        while (sd_event_run(loop_.get(), 0) > 0) {
        }
        return said_;
    }

    void sayFacts() const {
        wire::Facts facts{};
        facts.kind = wire::RecordKind::facts;
        EXPECT_TRUE(sendRecord(pair_.theirs.get(), facts));
    }

    void sayReport(int error, std::size_t descriptors) const {
        wire::Report report{};
        report.kind = wire::RecordKind::report;
        report.error = error;
        const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        const std::vector<int> fds(descriptors, null.get());
        EXPECT_TRUE(sendRecord(pair_.theirs.get(), report, fds));
    }

    struct Unref {
        void operator()(sd_event* loop) const noexcept { sd_event_unref(loop); }
    };
    SocketPair pair_;
    std::unique_ptr<sd_event, Unref> loop_;
    std::string said_;
    std::unique_ptr<WardenLink> link_;
};

TEST_F(WardenLinkTest, TellsFactsReportAndEnd) {
    sayFacts();
    sayReport(0, 2);
    pair_.theirs.reset();
    EXPECT_EQ(heard(), "facts running ended ");
}

TEST_F(WardenLinkTest, TellsAFailedSetup) {
    sayFacts();
    sayReport(13, 0);
    EXPECT_EQ(heard(), "facts failed ");
}

TEST_F(WardenLinkTest, AReportWithoutItsDescriptorsIsTheEnd) {
    sayFacts();
    sayReport(0, 1);
    EXPECT_EQ(heard(), "facts ended ");
}

TEST_F(WardenLinkTest, AReportBeforeTheFactsIsTheEnd) {
    sayReport(0, 2);
    EXPECT_EQ(heard(), "ended ");
}

TEST_F(WardenLinkTest, OrdersReachTheWarden) {
    ASSERT_TRUE(link_->signalLeader(10));
    wire::Order order{};
    std::vector<UniqueFd> fds;
    ASSERT_EQ(receiveRecord(pair_.theirs.get(), order, fds), Received::packet);
    EXPECT_EQ(order.order, wire::OrderKind::signalLeader);
    EXPECT_EQ(order.signal, 10);
    pair_.theirs.reset();
    EXPECT_FALSE(link_->end());
}

TEST(ReadExitStatus, IsNothingUntilItIsWholeAndKnown) {
    const UniqueFd memory(::memfd_create("status", MFD_CLOEXEC));
    EXPECT_FALSE(readExitStatus(memory.get()));
    wire::ExitStatus status{};
    status.kind = wire::RecordKind::report;
    status.status = 7;
    ASSERT_EQ(::pwrite(memory.get(), &status, sizeof status, 0), static_cast<ssize_t>(sizeof status));
    EXPECT_FALSE(readExitStatus(memory.get()));
    status.kind = wire::RecordKind::exitStatus;
    ASSERT_EQ(::pwrite(memory.get(), &status, sizeof status, 0), static_cast<ssize_t>(sizeof status));
    ASSERT_TRUE(readExitStatus(memory.get()));
    EXPECT_EQ(readExitStatus(memory.get())->status, 7);
}

} // namespace
} // namespace sandboxd::launch
