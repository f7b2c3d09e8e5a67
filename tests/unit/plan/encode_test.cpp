#include "plan/encode.hpp"

#include "plan/wire_reader.hpp"
#include "sample_plan.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace sandboxd::plan {
namespace {

// Reads fields by the layout alone, without the warden's reader.
class Bytes {
public:
    explicit Bytes(const Plan& plan) : bytes_(encode(plan).value()) {}

    template <typename T> [[nodiscard]] T at(std::size_t offset) const {
        T value{};
        EXPECT_LE(offset + sizeof(T), bytes_.size());
        std::memcpy(&value, bytes_.data() + offset, sizeof(T));
        return value;
    }
    template <typename T> [[nodiscard]] std::vector<T> table(const wire::Table& table) const {
        EXPECT_EQ(table.offset % alignof(T), 0U);
        std::vector<T> elements;
        for (std::size_t position = 0; position < table.count; ++position) {
            elements.push_back(at<T>(table.offset + position * sizeof(T)));
        }
        return elements;
    }
    [[nodiscard]] std::string text(wire::Offset offset) const {
        EXPECT_LT(offset, bytes_.size());
        EXPECT_GE(offset, sizeof(wire::Header));
        return reinterpret_cast<const char*>(bytes_.data() + offset);
    }
    [[nodiscard]] std::vector<std::string> texts(const wire::Table& offsets) const {
        std::vector<std::string> found;
        for (const wire::Offset offset : table<wire::Offset>(offsets)) {
            found.push_back(text(offset));
        }
        return found;
    }
    [[nodiscard]] wire::Header header() const { return at<wire::Header>(0); }
    [[nodiscard]] const std::vector<std::byte>& all() const { return bytes_; }

private:
    std::vector<std::byte> bytes_;
};

TEST(Encode, TheHeaderNamesLayoutAndSize) {
    const Bytes bytes(planOf(smallestSpec()));
    EXPECT_EQ(bytes.header().magic, wire::planMagic);
    EXPECT_EQ(bytes.header().version, wire::planVersion);
    EXPECT_EQ(bytes.header().size, bytes.all().size());
}

TEST(Encode, ScalarsStandInTheHeader) {
    const wire::Header header = Bytes(planOf(fullSpec())).header();
    EXPECT_EQ(header.uid, 1000U);
    EXPECT_EQ(header.gid, 1001U);
    EXPECT_EQ(header.insideUid, 0U);
    EXPECT_EQ(header.insideGid, 5U);
    EXPECT_EQ(header.namespaces, wire::unsharePid | wire::unshareIpc | wire::unshareUts | wire::unshareTime);
    EXPECT_EQ(header.network, static_cast<std::uint32_t>(wire::Network::loopback));
    EXPECT_EQ(header.lifeline, 2);
    EXPECT_EQ(header.terminal, 1);
    EXPECT_EQ(header.info, 0);
    EXPECT_EQ(header.status, 1);
    EXPECT_EQ(header.block, 2);
    EXPECT_EQ(header.sync, 0);
    EXPECT_EQ(header.process, wire::processNewSession);
    EXPECT_EQ(header.personality, 8U);
    EXPECT_EQ(header.fdCount, 3U);
    EXPECT_EQ(header.setupTimeoutUsec, 5'000'000U);
}

TEST(Encode, TheIdentityStandsInTheHeaderWithItsCapabilities) {
    const wire::Header root = Bytes(planOf(rootSpec())).header();
    EXPECT_EQ(root.identity, static_cast<std::uint32_t>(wire::IdentityKind::namespaceRoot));
    EXPECT_EQ(root.capabilities, 0x2001U);
    EXPECT_EQ(root.process, wire::processNewSession | wire::processIsFirst | wire::processNesting);
    spec::Spec all = rootSpec();
    all.capabilities.reset();
    EXPECT_EQ(Bytes(planOf(all)).header().capabilities, 0x1ffffffffffULL);
    const wire::Header host = Bytes(planOf(hostSpec())).header();
    EXPECT_EQ(host.identity, static_cast<std::uint32_t>(wire::IdentityKind::host));
    EXPECT_EQ(host.capabilities, 0U);
}

TEST(Encode, StringsAreFoundByTheirOffsets) {
    const Bytes bytes(planOf(fullSpec()));
    const wire::Header header = bytes.header();
    EXPECT_EQ(bytes.text(header.program), "/bin/sh");
    EXPECT_EQ(bytes.text(header.workingDirectory), "/work");
    EXPECT_EQ(bytes.text(header.hostname), "box");
    EXPECT_EQ(bytes.texts(header.arguments), (std::vector<std::string>{"-sh", "-c", "echo \"\n"}));
    EXPECT_EQ(bytes.texts(header.environment), (std::vector<std::string>{"PATH=/usr/bin", "EMPTY="}));
}

TEST(Encode, WhatIsAbsentHasOffsetZero) {
    const wire::Header header = Bytes(planOf(smallestSpec())).header();
    EXPECT_EQ(header.workingDirectory, 0U);
    EXPECT_EQ(header.hostname, 0U);
    EXPECT_EQ(header.label, 0U);
    EXPECT_EQ(header.environment.count, 0U);
    EXPECT_EQ(header.mounts.count, 0U);
}

TEST(Encode, MountStepsKeepTheirValues) {
    const Bytes bytes(planOf(fullSpec()));
    const auto steps = bytes.table<wire::MountStep>(bytes.header().mounts);
    ASSERT_EQ(steps.size(), 20U);
    EXPECT_EQ(bytes.text(steps[0].source), "../usr");
    EXPECT_EQ(steps[0].flags, wire::mountReadOnly | wire::mountRecursive);
    EXPECT_EQ(steps[0].fd, -1);
    EXPECT_EQ(steps[1].source, 0U);
    EXPECT_EQ(steps[1].fd, 0);
    EXPECT_EQ(steps[2].flags, wire::mountDevices | wire::mountOptional);
    EXPECT_EQ(steps[3].mode, 01777U);
    EXPECT_EQ(steps[3].size, 4096U);
    EXPECT_EQ(bytes.text(steps[10].source), "usr/bin");
    EXPECT_EQ(bytes.text(steps[19].target), "/");
}

TEST(Encode, AnOverlaysLayersAreATableOfItsOwn) {
    const Bytes bytes(planOf(fullSpec()));
    const wire::MountStep overlay = bytes.table<wire::MountStep>(bytes.header().mounts)[13];
    const auto lowers = bytes.table<wire::Offset>(overlay.lowers);
    ASSERT_EQ(lowers.size(), 2U);
    EXPECT_EQ(bytes.text(lowers[0]), "/a");
    EXPECT_EQ(bytes.text(lowers[1]), "b");
    EXPECT_EQ(bytes.text(overlay.source), "/u");
    EXPECT_EQ(bytes.text(overlay.work), "w");
}

TEST(Encode, MoreLayersThanTheWardenTakesAreRefused) {
    spec::Spec spec = smallestSpec();
    const spec::Overlay overlay{.lower = std::vector<spec::CallerPath>(500, callerPath("/l")),
                                .target = absolute("/o")};
    spec.mounts = {overlay, overlay};
    EXPECT_TRUE(encode(planOf(spec)));
    spec.mounts.emplace_back(overlay);
    EXPECT_EQ(encode(planOf(spec)).error().code, ErrorCode::limitsExceeded);
}

TEST(Encode, AFilesContentIsCountedAndMayHoldNul) {
    spec::Spec spec = smallestSpec();
    spec.mounts = {spec::File{absolute("/f"), std::string("a\0b", 3)}};
    const Bytes bytes(planOf(spec));
    const auto step = bytes.table<wire::MountStep>(bytes.header().mounts).front();
    ASSERT_EQ(step.contentSize, 3U);
    EXPECT_EQ(std::memcmp(bytes.all().data() + step.contentOffset, "a\0b", 3), 0);
}

TEST(Encode, DescriptorsGroupsAndFilterAreTables) {
    const Bytes bytes(planOf(fullSpec()));
    const auto fds = bytes.table<wire::FdAssignment>(bytes.header().fds);
    ASSERT_EQ(fds.size(), 2U);
    EXPECT_EQ(fds[1].number, 7U);
    EXPECT_EQ(fds[1].index, 1U);
    EXPECT_EQ(bytes.table<std::uint32_t>(bytes.header().groups), (std::vector<std::uint32_t>{27, 1001}));
    const auto filter = bytes.table<sock_filter>(bytes.header().filter);
    ASSERT_EQ(filter.size(), 3U);
    EXPECT_EQ(filter[2].k, 0x7fff0000U);
    EXPECT_EQ(bytes.table<sock_filter>(bytes.header().idleFilter).size(), 8U);
    EXPECT_EQ(bytes.table<std::uint32_t>(bytes.header().callerFilters), (std::vector<std::uint32_t>{2, 0}));
}

TEST(Encode, TheWardensReaderTakesEveryPlan) {
    for (const spec::Spec& spec : {smallestSpec(), fullSpec(), rootSpec(), hostSpec()}) {
        const Bytes bytes(planOf(spec));
        wire::PlanReader reader;
        EXPECT_TRUE(reader.open(bytes.all().data(), bytes.all().size()));
    }
}

void expectExceeded(const spec::Spec& spec, const std::string& key) {
    const auto encoded = encode(planOf(spec));
    ASSERT_FALSE(encoded.ok());
    EXPECT_EQ(encoded.error().code, ErrorCode::limitsExceeded);
    EXPECT_TRUE(encoded.error().message.starts_with(key + ": ")) << encoded.error().message;
}

TEST(Encode, APlanThatIsTooLargeIsRefused) {
    spec::Spec spec = smallestSpec();
    spec.mounts = {spec::File{absolute("/f"), std::string(wire::maxPlanSize, 'x')}};
    expectExceeded(spec, "plan");
}

TEST(Encode, TheLargestContentStaysWithinTheBlock) {
    spec::Spec spec = smallestSpec();
    spec.mounts = {spec::File{absolute("/f"), std::string(wire::maxPlanSize - 512, 'x')}};
    const Bytes bytes(planOf(spec));
    EXPECT_LE(bytes.all().size(), wire::maxPlanSize);
    wire::PlanReader reader;
    EXPECT_TRUE(reader.open(bytes.all().data(), bytes.all().size()));
}

TEST(Encode, MoreElementsThanTheWardenTakesAreRefused) {
    spec::Spec spec = smallestSpec();
    spec.argv.resize(wire::maxArguments + 1);
    expectExceeded(spec, "argv");
}

} // namespace
} // namespace sandboxd::plan
