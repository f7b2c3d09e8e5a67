#include "kernel_test.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace sandboxd::kernel_test {

std::unique_ptr<SpawnerProcess> KernelTest::spawner_;
Residue KernelTest::idle_;

void KernelTest::SetUpTestSuite() {
    spawner_ = std::make_unique<SpawnerProcess>();
    const std::string copy = spawner_->directory() + "/payload";
    std::filesystem::copy_file(PAYLOAD_PATH, copy);
    ::chmod(copy.c_str(), 0755);
    run(*spawner_, ordinaryPlan()); // so that what is counted before a test is a spawner that has started
    idle_ = idleResidue(*spawner_);
}

void KernelTest::TearDownTestSuite() {
    spawner_.reset();
}

PlanBlock KernelTest::payloadPlan(std::vector<std::string> subcommand) {
    PlanBlock plan = ordinaryPlan();
    plan.add({wire::MountKind::bind, "/test/payload", spawner().directory() + "/payload", wire::mountReadOnly});
    subcommand.insert(subcommand.begin(), "/test/payload");
    return plan.run(std::move(subcommand));
}

std::string KernelTest::callerDirectory(const std::string& name) {
    std::string path = spawner().directory() + "/" + name;
    ::mkdir(path.c_str(), 0755);
    EXPECT_EQ(::chown(path.c_str(), callerUid, callerGid), 0);
    return path;
}

Attempt::Attempt(MountOperation last) : plan(ordinaryPlan()), operation(0) {
    plan.add(std::move(last));
    operation = static_cast<std::uint32_t>(plan.mounts.size() - 1);
}

void writeFile(const std::string& path, const std::string& content) {
    std::ofstream(path) << content;
}

std::map<std::string, int> parseResults(const std::string& output) {
    std::map<std::string, int> results;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t at = line.find('=');
        if (at != std::string::npos) {
            results[line.substr(0, at)] = std::stoi(line.substr(at + 1));
        }
    }
    return results;
}

} // namespace sandboxd::kernel_test
