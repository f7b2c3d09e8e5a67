// What a sandbox could leave behind, counted: mounts, processes, descriptors of the spawner, cgroup leaves.
#pragma once

#include "spawner_process.hpp"

#include <cstddef>
#include <ostream>

namespace sandboxd::kernel_test {

struct Residue {
    std::size_t mounts = 0;
    std::size_t processes = 0; // in this pid namespace, zombies too
    std::size_t spawnerFds = 0;
    std::size_t leaves = 0;

    friend bool operator==(const Residue&, const Residue&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Residue& residue);
};

Residue countResidue(const SpawnerProcess& spawner);

// Waits until what is left is `expected`, and counts anyway after 20 s: ends are seen by others a little later.
Residue awaitResidue(const SpawnerProcess& spawner, const Residue& expected);

// What an idle spawner that has just served leaves: no child, no leaf, no connection but its own.
Residue idleResidue(const SpawnerProcess& spawner);

} // namespace sandboxd::kernel_test
