// Runs the tests of this folder; tests/bus/run starts it as root in a private system.
#include "bus_test.hpp"

namespace {

class WarmSystem : public testing::Environment {
public:
    void SetUp() override { sandboxd::bus_tests::warmUp(); }
};

} // namespace

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    testing::AddGlobalTestEnvironment(new WarmSystem); // owned by gtest
    return RUN_ALL_TESTS();
}
