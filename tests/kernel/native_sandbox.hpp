// A sandbox that its caller builds by itself, in a fork that runs the warden.
#pragma once

#include "kernel_test.hpp"

#include "warden/host.hpp"
#include "warden/native_maps.hpp"

#include <string>
#include <vector>

namespace sandboxd::kernel_test {

struct Pipe {
    UniqueFd read;
    UniqueFd write;

    Pipe();

    // All that comes until nobody has the other end.
    std::string readAll();
};

// For good, as a program that the caller started: it can be traced, which a change of ids has undone. False on failure.
bool becomeCaller();

// As its caller has it.
class NativeSandbox {
public:
    explicit NativeSandbox(PlanBlock plan, const std::vector<int>& fds = {}, const warden::Brought& brought = {},
                           bool newUserNamespace = true, const warden::ParentsMaps& maps = {});
    ~NativeSandbox();
    NativeSandbox(const NativeSandbox&) = delete;
    NativeSandbox& operator=(const NativeSandbox&) = delete;

    // With maps of the parent: waits until the user namespace is there.
    void awaitCallForMaps();
    void writeMap(const std::string& name, const std::string& lines);
    void sayMapped();
    void sayNothingMore();

    // The report; waits for it once.
    wire::Report report();

    wire::ExitStatus awaitEnd();

private:
    UniqueFd control_;
    pid_t pid_ = -1;
    std::vector<UniqueFd> fds_; // pidfd, status
};

} // namespace sandboxd::kernel_test
