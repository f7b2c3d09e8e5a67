// The fixture of all kernel tests: one spawner for a suite, the test's payload program, and a count of what is left.
#pragma once

#include "residue.hpp"
#include "sandbox_client.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sandboxd::kernel_test {

class KernelTest : public testing::Test {
protected:
    static void SetUpTestSuite();
    static void TearDownTestSuite();

    // Nothing may be left by a test: fails it otherwise.
    void TearDown() override { EXPECT_EQ(awaitResidue(spawner(), idle_), idle_); }

    static SpawnerProcess& spawner() { return *spawner_; }

    // An ordinary plan with the payload program at /test/payload, running this subcommand of it.
    static PlanBlock payloadPlan(std::vector<std::string> subcommand);

    // A directory of the caller's own, below the suite's.
    static std::string callerDirectory(const std::string& name);

private:
    static std::unique_ptr<SpawnerProcess> spawner_;
    static Residue idle_;
};

// A plan with one more operation, which is the last and under test.
struct Attempt {
    PlanBlock plan;
    std::uint32_t operation;

    explicit Attempt(MountOperation last);
};

void writeFile(const std::string& path, const std::string& content);

// "name=number" lines of a payload's output.
std::map<std::string, int> parseResults(const std::string& output);

} // namespace sandboxd::kernel_test
