#include "base/event.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>

namespace sandboxd {
namespace {

class EventTest : public testing::Test {
protected:
    EventTest() {
        sd_event* loop = nullptr;
        EXPECT_EQ(sd_event_new(&loop), 0);
        loop_.reset(loop);
    }

    struct Unref {
        void operator()(sd_event* loop) const noexcept { sd_event_unref(loop); }
    };
    std::unique_ptr<sd_event, Unref> loop_;
};

TEST_F(EventTest, SoonComesWithoutAnyWaiting) {
    bool came = false;
    const EventSource source = EventSource::soon(loop_.get(), [&] { came = true; });
    EXPECT_FALSE(came) << "inside the caller's own stack";
    EXPECT_GT(sd_event_run(loop_.get(), 0), 0); // 0: waits for nothing
    EXPECT_TRUE(came);
}

TEST_F(EventTest, SoonComesOnce) {
    int count = 0;
    const EventSource source = EventSource::soon(loop_.get(), [&] { ++count; });
    while (sd_event_run(loop_.get(), 0) > 0) {
    }
    EXPECT_EQ(count, 1);
}

TEST_F(EventTest, ATimeBeyondTheClockNeverComesAndEndsNothing) {
    for (const std::uint64_t usec :
         {std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max() / 2}) {
        bool came = false;
        const EventSource source = EventSource::after(loop_.get(), usec, [&] { came = true; });
        EXPECT_EQ(sd_event_run(loop_.get(), 0), 0);
        EXPECT_FALSE(came);
    }
}

TEST_F(EventTest, ASourceMayBeDroppedInItsOwnCallback) {
    std::string text;
    EventSource source;
    source = EventSource::soon(loop_.get(), [&, kept = std::string("kept")] {
        source.reset();
        text = kept; // what the callback holds lives until it returns
    });
    sd_event_run(loop_.get(), 0);
    EXPECT_EQ(text, "kept");
}

} // namespace
} // namespace sandboxd
