// spawn: how long a sandbox takes, from the request to the payload's first instruction and to its known end, by three
// ways in one interleaved run: bwrap, the library on an open connection, `sandboxctl run` as a whole process; and by
// bwrap and sandbox-bwrap with one command line of an application's; beside them what polkit takes of it. Times of one
// machine mean little; the ratios to bwrap in the same run are the result. Run it as an unprivileged user, with
// sandboxd on the bus and sandboxctl in PATH.
#include "launchers.hpp"
#include "polkit_question.hpp"
#include "statistics.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <thread>
#include <unistd.h>

namespace {

using namespace sandboxd;
using bench::Sample;
using bench::Summary;

enum WayIndex : std::size_t { bwrap, library, tool, applicationByBwrap, application, polkit, wayCount };
struct Way {
    const char* name;
    WayIndex reference; // the way of bwrap that does the same
    std::vector<Sample> samples;
};

std::size_t roundsOf(int argc, char** argv) {
    if (argc == 1) {
        return 100;
    }
    std::size_t rounds = 0;
    if (argc == 3 && std::strcmp(argv[1], "-n") == 0) {
        std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), rounds);
    }
    if (rounds == 0) {
        bench::fail("usage: spawn [-n ROUNDS]");
    }
    return rounds;
}

std::string ownDirectory() {
    std::string self(4096, '\0');
    const ssize_t length = ::readlink("/proc/self/exe", self.data(), self.size());
    if (length < 0) {
        bench::fail("cannot find out where this program is");
    }
    self.resize(static_cast<std::size_t>(length));
    return self.substr(0, self.rfind('/') + 1);
}

client::Connection openConnection() {
    auto connection = client::Connection::open();
    if (!connection) {
        bench::fail(connection.error().message.c_str());
    }
    return std::move(connection).value();
}

// Every round takes each way once, in a new order, so that drift and neighbours hit all alike. The first rounds warm
// caches and are not counted.
void measure(std::array<Way, wayCount>& ways, std::size_t rounds) {
    constexpr std::size_t warmUp = 3;
    const ctl::HostView host = ctl::lookAtHost(false);
    const std::string payload = ownDirectory() + "bench_payload";
    const std::string frontEnd = ownDirectory() + "../../client/frontends/bwrap/sandbox-bwrap";
    const std::array<std::vector<std::string>, wayCount> commands{
        bench::bwrapCommand(host, payload),
        {},
        bench::sandboxctlCommand(payload),
        bench::applicationCommand("bwrap", payload),
        bench::applicationCommand(frontEnd, payload),
        {},
    };
    const client::Spec spec = bench::librarySpec(host, payload);
    client::Connection connection = openConnection();
    bench::PolkitQuestion question;
    const auto take = [&](std::size_t way) {
        return way == library  ? bench::measureLibrary(connection, spec)
               : way == polkit ? question.measure()
                               : bench::measureProcess(commands[way]);
    };
    std::array<std::size_t, wayCount> order{bwrap, library, tool, applicationByBwrap, application, polkit};
    std::mt19937 random(1);
    for (std::size_t round = 0; round < rounds + warmUp; ++round) {
        std::shuffle(order.begin(), order.end(), random);
        for (const std::size_t way : order) {
            const Sample sample = take(way);
            if (round >= warmUp) {
                ways[way].samples.push_back(sample);
            }
        }
    }
}

void printRow(const Way& way, const Way& reference) {
    const Summary exec = summarise(way.samples, &Sample::execUsec);
    const Summary exit = summarise(way.samples, &Sample::exitUsec);
    const Summary execReference = summarise(reference.samples, &Sample::execUsec);
    const Summary exitReference = summarise(reference.samples, &Sample::exitUsec);
    std::printf("%-15s %8.0f %8.0f %8.0f %7.2f   %8.0f %8.0f %8.0f %7.2f\n", way.name, exec.p10, exec.median, exec.p90,
                exec.median / execReference.median, exit.p10, exit.median, exit.p90,
                exit.median / exitReference.median);
}

void noteNoise(const Way& reference) {
    const Summary exec = summarise(reference.samples, &Sample::execUsec);
    double load = 0;
    const bool loaded = ::getloadavg(&load, 1) == 1 && load > std::thread::hardware_concurrency();
    if (loaded || exec.p90 > 3 * exec.median) {
        std::printf("noisy: load %.1f, p90 of bwrap %.1f times its median; run it again on a quiet machine\n", load,
                    exec.p90 / exec.median);
    }
}

// What one more bind costs, with few and with many: if it grew with their number, the last would show it.
void measureBinds(std::size_t rounds) {
    const ctl::HostView host = ctl::lookAtHost(false);
    const std::string payload = ownDirectory() + "bench_payload";
    client::Connection connection = openConnection();
    constexpr std::array<std::size_t, 4> counts{0, 10, 100, 900};
    std::array<std::vector<Sample>, counts.size()> samples;
    for (std::size_t round = 0; round < rounds; ++round) {
        for (std::size_t index = 0; index < counts.size(); ++index) {
            client::Spec spec = bench::librarySpec(host, payload);
            for (std::size_t bind = 0; bind < counts[index]; ++bind) {
                spec.bindReadOnly("/usr", "/binds/" + std::to_string(bind));
            }
            samples[index].push_back(bench::measureLibrary(connection, spec));
        }
    }
    const double none = summarise(samples[0], &Sample::execUsec).median;
    for (std::size_t index = 1; index < counts.size(); ++index) {
        const double all = summarise(samples[index], &Sample::execUsec).median;
        std::printf("%zu binds more: %.1f each\n", counts[index], (all - none) / static_cast<double>(counts[index]));
    }
}

double medianOf(const Way& way) {
    return summarise(way.samples, &Sample::execUsec).median;
}

double ratio(const Way& way, const Way& reference) {
    return medianOf(way) / medianOf(reference);
}

} // namespace

int main(int argc, char** argv) {
    ::setenv("SANDBOXD_ENGINE", "broker", 1); // the daemon's time is what is measured
    const std::size_t rounds = roundsOf(argc, argv);
    if (::geteuid() == 0) {
        bench::fail("run it as an unprivileged user");
    }
    // Not in a project of the user's: every way then has exactly the same mounts.
    if (::chdir("/") != 0) {
        bench::fail("cannot change to /");
    }
    std::array<Way, wayCount> ways{{{"bwrap", bwrap, {}},
                                    {"library", bwrap, {}},
                                    {"sandboxctl run", bwrap, {}},
                                    {"bwrap, 25", applicationByBwrap, {}},
                                    {"sandbox-bwrap", applicationByBwrap, {}},
                                    {"polkit alone", applicationByBwrap, {}}}};
    measure(ways, rounds);
    std::printf("microseconds from the request, %zu rounds\n", rounds);
    std::printf("%-15s %8s %8s %8s %7s   %8s %8s %8s %7s\n", "", "p10", "executed", "p90", "ratio", "p10", "ended",
                "p90", "ratio");
    for (const Way& way : ways) {
        printRow(way, ways[way.reference]);
    }
    measureBinds(std::min<std::size_t>(rounds, 20));
    noteNoise(ways[bwrap]);
    std::printf("sandbox-bwrap %.2f without polkit %.2f\n", ratio(ways[application], ways[applicationByBwrap]),
                (medianOf(ways[application]) - medianOf(ways[polkit])) / medianOf(ways[applicationByBwrap]));
    std::printf("library %.2f cli %.2f\n", ratio(ways[library], ways[bwrap]), ratio(ways[tool], ways[bwrap]));
    return 0;
}
