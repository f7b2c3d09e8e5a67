// The checked view of the Plan's bytes: what is well-formed reads back, everything else is refused as a whole.
#include "plan/wire_reader.hpp"

#include "plan_block.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <random>

namespace sandboxd::kernel_test {

namespace {

PlanBlock fullPlan() {
    PlanBlock plan(1000, 1001);
    plan.run({"program", "first", ""});
    plan.environment = {"A=1", ""};
    plan.groups = {1001, 27};
    plan.add({wire::MountKind::bind, "/target", "source", wire::mountRecursive});
    plan.add({wire::MountKind::bind, "/other", "", wire::mountSourceIsFd, 1});
    plan.add({wire::MountKind::file, "/file", "", 0, -1, 0600, "content"});
    plan.fds = {{0, 0}, {9, 1}};
    plan.callerFilters = {2, 0};
    plan.workingDirectory = "/work";
    plan.hostname = "host";
    plan.header.fdCount = 3;
    plan.header.lifeline = 2;
    return plan;
}

bool opens(const std::vector<std::byte>& bytes) {
    wire::PlanReader reader;
    return reader.open(bytes.data(), bytes.size());
}

// The block with one field of a record at `offset` replaced.
template <typename T> std::vector<std::byte> with(std::vector<std::byte> bytes, std::size_t offset, T value) {
    std::memcpy(bytes.data() + offset, &value, sizeof value);
    return bytes;
}

std::size_t mountAt(const std::vector<std::byte>& bytes, std::size_t index) {
    wire::Header header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    return header.mounts.offset + index * sizeof(wire::MountStep);
}

} // namespace

TEST(WireReaderTest, AWellFormedPlanReadsBack) {
    const std::vector<std::byte> bytes = fullPlan().bytes();
    wire::PlanReader reader;
    ASSERT_TRUE(reader.open(bytes.data(), bytes.size()));
    EXPECT_EQ(reader.header().uid, 1000U);
    ASSERT_EQ(reader.arguments().count, 3U);
    EXPECT_STREQ(reader.text(reader.arguments()[1]), "first");
    EXPECT_STREQ(reader.text(reader.environment()[0]), "A=1");
    EXPECT_EQ(reader.groups()[1], 27U);
    EXPECT_STREQ(reader.text(reader.mounts()[0].source), "source");
    EXPECT_EQ(reader.text(reader.mounts()[1].source), nullptr);
    EXPECT_EQ(std::memcmp(reader.content(reader.mounts()[2]), "content", 7), 0);
    EXPECT_EQ(reader.fds()[1].number, 9U);
    EXPECT_EQ(reader.filter().count, 1U);
    EXPECT_EQ(reader.idleFilter().count, 1U);
    ASSERT_EQ(reader.callerFilters().count, 2U);
    EXPECT_EQ(reader.callerFilters()[0], 2U);
}

TEST(WireReaderTest, EveryShorterBlockIsRefused) {
    const std::vector<std::byte> bytes = fullPlan().bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::vector<std::byte> shorter(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(opens(shorter)) << size;
    }
}

TEST(WireReaderTest, AClosedChoiceOutOfItsListIsRefused) {
    const std::vector<std::byte> bytes = fullPlan().bytes();
    using wire::Header;
    using wire::MountStep;
    EXPECT_FALSE(opens(with(bytes, offsetof(Header, identity), wire::identityCount)));
    EXPECT_FALSE(opens(with(bytes, offsetof(Header, network), wire::networkCount)));
    EXPECT_FALSE(opens(with(bytes, offsetof(Header, insideUid), UINT32_MAX)));
    EXPECT_FALSE(opens(with(bytes, offsetof(Header, insideGid), UINT32_MAX)));
    EXPECT_FALSE(opens(with(bytes, offsetof(Header, namespaces), 32U)));
    EXPECT_TRUE(opens(with(bytes, offsetof(Header, namespaces), 0U)));
    EXPECT_FALSE(opens(with(bytes, mountAt(bytes, 0) + offsetof(MountStep, kind), wire::mountKindCount)));
    EXPECT_FALSE(opens(with(bytes, mountAt(bytes, 0) + offsetof(MountStep, flags), wire::knownMountFlags + 1)));
    EXPECT_FALSE(opens(with(bytes, mountAt(bytes, 0) + offsetof(MountStep, mode), 010000U)));
}

TEST(WireReaderTest, AnIndexOutOfRangeIsRefused) {
    const std::vector<std::byte> bytes = fullPlan().bytes();
    EXPECT_FALSE(opens(with(bytes, offsetof(wire::Header, lifeline), 3)));
    EXPECT_FALSE(opens(with(bytes, offsetof(wire::Header, lifeline), -2)));
    for (const std::size_t field :
         {offsetof(wire::Header, fdSocket), offsetof(wire::Header, info), offsetof(wire::Header, status),
          offsetof(wire::Header, block), offsetof(wire::Header, sync)}) {
        EXPECT_TRUE(opens(with(bytes, field, 2)));
        EXPECT_FALSE(opens(with(bytes, field, 3)));
    }
    EXPECT_FALSE(opens(with(bytes, mountAt(bytes, 1) + offsetof(wire::MountStep, fd), 3)));
    EXPECT_FALSE(opens(with(bytes, mountAt(bytes, 1) + offsetof(wire::MountStep, fd), -1)));
    EXPECT_FALSE(opens(with(bytes, mountAt(bytes, 0) + offsetof(wire::MountStep, fd), 0)));
}

TEST(WireReaderTest, ATerminalNeedsAnIndexAndASession) {
    PlanBlock plan = fullPlan();
    plan.header.terminal = 2;
    EXPECT_TRUE(opens(plan.bytes()));
    plan.header.process = 0;
    EXPECT_FALSE(opens(plan.bytes()));
    plan.header.terminal = -1;
    EXPECT_TRUE(opens(plan.bytes()));
    EXPECT_FALSE(opens(with(plan.bytes(), offsetof(wire::Header, terminal), 3)));
    EXPECT_FALSE(opens(with(plan.bytes(), offsetof(wire::Header, process), wire::knownProcessFlags + 1)));
}

PlanBlock planOf(wire::IdentityKind identity) {
    PlanBlock plan = fullPlan();
    plan.header.identity = static_cast<std::uint32_t>(identity);
    return plan;
}

TEST(WireReaderTest, TheHostsIdentityIsRefusedWithoutWhatProtectsOthersFromIt) {
    const std::function<void(PlanBlock&)> spoilers[] = {
        [](PlanBlock& plan) { plan.header.insideUid = 0; },
        [](PlanBlock& plan) { plan.header.insideGid = 0; },
        [](PlanBlock& plan) { plan.header.namespaces &= ~unsigned{wire::unsharePid}; },
        [](PlanBlock& plan) { plan.filter.clear(); },
        [](PlanBlock& plan) { plan.header.process |= wire::processIsFirst; },
        [](PlanBlock& plan) { plan.header.process |= wire::processNesting; }};
    for (const auto& spoil : spoilers) {
        PlanBlock plan = planOf(wire::IdentityKind::host);
        spoil(plan);
        EXPECT_FALSE(opens(plan.bytes()));
        plan.header.identity = static_cast<std::uint32_t>(wire::IdentityKind::namespaceRoot);
        EXPECT_TRUE(opens(plan.bytes()));
    }
}

TEST(WireReaderTest, ThePayloadIsProcessOneOfANewPidNamespaceThatNothingElseHolds) {
    PlanBlock plan = fullPlan();
    plan.header.process |= wire::processIsFirst;
    EXPECT_TRUE(opens(plan.bytes()));
    plan.header.sync = 1;
    EXPECT_FALSE(opens(plan.bytes()));
    plan.header.sync = -1;
    plan.header.namespaces &= ~unsigned{wire::unsharePid};
    EXPECT_FALSE(opens(plan.bytes()));
}

TEST(WireReaderTest, DescriptorNumbersMustAscend) {
    PlanBlock plan = fullPlan();
    plan.fds = {{5, 0}, {5, 1}};
    EXPECT_FALSE(opens(plan.bytes()));
    plan.fds = {{5, 0}, {4, 1}};
    EXPECT_FALSE(opens(plan.bytes()));
    plan.fds = {{5, 3}};
    EXPECT_FALSE(opens(plan.bytes()));
    plan.fds = {{0x80000000U, 0}};
    EXPECT_FALSE(opens(plan.bytes()));
}

TEST(WireReaderTest, ACommandMustBeThereAndFiltersNeedNotBe) {
    PlanBlock noArguments = fullPlan();
    noArguments.arguments.clear();
    EXPECT_FALSE(opens(noArguments.bytes()));
    PlanBlock noFilter = fullPlan();
    noFilter.filter.clear();
    noFilter.idleFilter.clear();
    EXPECT_TRUE(opens(noFilter.bytes()));
}

TEST(WireReaderTest, CallerFiltersAreDescriptorsOfTheRequestAndAtMostSixteen) {
    PlanBlock plan = fullPlan();
    plan.callerFilters = {3};
    EXPECT_FALSE(opens(plan.bytes()));
    plan.callerFilters.assign(wire::maxCallerFilters, 2);
    EXPECT_TRUE(opens(plan.bytes()));
    plan.callerFilters.push_back(2);
    EXPECT_FALSE(opens(plan.bytes()));
}

TEST(WireReaderTest, ARelativeTargetOrDirectoryIsRefused) {
    PlanBlock target = fullPlan();
    target.mounts[0].target = "target";
    EXPECT_FALSE(opens(target.bytes()));
    PlanBlock directory = fullPlan();
    directory.workingDirectory = "work";
    EXPECT_FALSE(opens(directory.bytes()));
}

MountOperation sampleOverlay() {
    MountOperation overlay{wire::MountKind::overlay, "/o", "/upper"};
    overlay.lowers = {"/a", "b"};
    overlay.work = "/work";
    return overlay;
}

TEST(WireReaderTest, LayersBelongToOverlaysAndComeInPairsForWriting) {
    PlanBlock plan = fullPlan();
    plan.add(sampleOverlay());
    const std::vector<std::byte> bytes = plan.bytes();
    wire::PlanReader reader;
    ASSERT_TRUE(reader.open(bytes.data(), bytes.size()));
    const wire::MountStep& step = reader.mounts()[reader.mounts().count - 1];
    ASSERT_EQ(reader.lowers(step).count, 2U);
    EXPECT_STREQ(reader.text(reader.lowers(step)[1]), "b");
    for (const auto& spoil : std::vector<std::function<void(MountOperation&)>>{
             [](MountOperation& it) { it.lowers.clear(); }, [](MountOperation& it) { it.work.clear(); },
             [](MountOperation& it) { it.source.clear(); },
             [](MountOperation& it) { it.kind = wire::MountKind::tmpfs; },
             [](MountOperation& it) { it.lowers.assign(wire::maxLayers + 1, "/l"); }}) {
        MountOperation overlay = sampleOverlay();
        spoil(overlay);
        PlanBlock bad = fullPlan();
        EXPECT_FALSE(opens(bad.add(overlay).bytes()));
    }
}

TEST(WireReaderTest, LayersOfAllOverlaysAreCountedTogether) {
    MountOperation overlay = sampleOverlay();
    overlay.lowers.assign(wire::maxLayers / 2, "/l");
    PlanBlock plan = fullPlan();
    plan.add(overlay).add(overlay);
    EXPECT_TRUE(opens(plan.bytes()));
    EXPECT_FALSE(opens(plan.add(sampleOverlay()).bytes()));
}

TEST(WireReaderTest, CeilingsHoldWhateverTheSenderSays) {
    PlanBlock arguments = fullPlan();
    arguments.arguments.assign(wire::maxArguments + 1, "x");
    EXPECT_FALSE(opens(arguments.bytes()));
    arguments.arguments.pop_back();
    EXPECT_TRUE(opens(arguments.bytes()));
    PlanBlock mounts = fullPlan();
    mounts.mounts.assign(wire::maxMounts + 1, {wire::MountKind::tmpfs, "/t", ""});
    EXPECT_FALSE(opens(mounts.bytes()));
    PlanBlock large = fullPlan();
    large.arguments = {std::string(wire::maxPlanSize, 'x')};
    EXPECT_FALSE(opens(large.bytes()));
}

// Whatever passes the check is read completely: a sanitizer or a page fault tells of a reader that leaves the block.
TEST(WireReaderTest, ADamagedBlockIsRefusedOrStaysInsideItself) {
    std::mt19937 random(12345);
    const std::vector<std::byte> good = fullPlan().bytes();
    std::size_t read = 0;
    for (int i = 0; i < 50'000; ++i) {
        std::vector<std::byte> bytes = good;
        for (std::size_t changes = 1 + random() % 3; changes > 0; --changes) {
            bytes[random() % bytes.size()] = static_cast<std::byte>(random());
        }
        wire::PlanReader reader;
        if (!reader.open(bytes.data(), bytes.size())) {
            continue;
        }
        const std::byte* end = bytes.data() + bytes.size();
        for (const wire::Offset argument : reader.arguments()) {
            ASSERT_LT(reinterpret_cast<const std::byte*>(reader.text(argument)), end);
            read += std::strlen(reader.text(argument));
        }
        for (const wire::MountStep& step : reader.mounts()) {
            ASSERT_LE(reader.content(step) + step.contentSize, end);
            read += std::strlen(reader.text(step.target));
        }
    }
    EXPECT_GT(read, 0U);
}

} // namespace sandboxd::kernel_test
