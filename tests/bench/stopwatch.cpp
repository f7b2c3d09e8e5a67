#include "stopwatch.hpp"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace sandboxd::bench {
namespace {

timespec now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time;
}

double usecBetween(const timespec& from, const timespec& to) {
    return static_cast<double>(to.tv_sec - from.tv_sec) * 1e6 + static_cast<double>(to.tv_nsec - from.tv_nsec) / 1e3;
}

} // namespace

void fail(const char* what) {
    std::fprintf(stderr, "spawn: %s\n", what);
    std::exit(1);
}

Stopwatch::Stopwatch() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        fail("cannot make a pipe");
    }
    reader_.reset(ends[0]);
    writer_.reset(ends[1]);
}

void Stopwatch::start() {
    requested_ = now();
}

Sample Stopwatch::stop() {
    const timespec ended = now();
    writer_.reset();
    timespec executed{};
    if (::read(reader_.get(), &executed, sizeof(executed)) != sizeof(executed)) {
        fail("the payload did not run");
    }
    return {usecBetween(requested_, executed), usecBetween(requested_, ended)};
}

} // namespace sandboxd::bench
