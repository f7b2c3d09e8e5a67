#include "policy/quota.hpp"

#include <gtest/gtest.h>

namespace sandboxd::policy {
namespace {

void expectExceeded(const spec::Spec& spec, const std::string& message) {
    const Result<void> within = withinLimits(spec, defaultLimits);
    ASSERT_FALSE(within.ok());
    EXPECT_EQ(within.error().code, ErrorCode::limitsExceeded);
    EXPECT_EQ(within.error().message, message);
}

TEST(WithinLimits, EverythingAtItsCeilingIsAllowed) {
    spec::Spec spec;
    spec.argv.resize(16384);
    spec.environment.resize(4096);
    spec.mounts.assign(1024, spec::Proc{spec::AbsolutePath::parse("target", "/proc").value()});
    spec.description = std::string(128, 'x');
    spec.fdCount = 16;
    EXPECT_TRUE(withinLimits(spec, defaultLimits).ok());
}

TEST(WithinLimits, OneArgumentMoreIsRefused) {
    spec::Spec spec;
    spec.argv.resize(16385);
    expectExceeded(spec, "argv: 16385 is more than 16384");
}

TEST(WithinLimits, OneVariableMoreIsRefused) {
    spec::Spec spec;
    spec.environment.resize(4097);
    expectExceeded(spec, "env: 4097 is more than 4096");
}

TEST(WithinLimits, OneMountMoreIsRefused) {
    spec::Spec spec;
    spec.mounts.assign(1025, spec::Proc{spec::AbsolutePath::parse("target", "/proc").value()});
    expectExceeded(spec, "mounts: 1025 is more than 1024");
}

TEST(WithinLimits, ALongerDescriptionIsRefused) {
    spec::Spec spec;
    spec.description = std::string(129, 'x');
    expectExceeded(spec, "description: 129 is more than 128");
}

TEST(WithinLimits, A17thDescriptorIsRefused) {
    spec::Spec spec;
    spec.fdCount = 17;
    expectExceeded(spec, "fds: 17 is more than 16");
}

} // namespace
} // namespace sandboxd::policy
