// One mount operation of a request. Pure.
#pragma once

#include "base/result.hpp"
#include "engine/descriptor_table.hpp"
#include "sandboxd/mount.hpp"
#include "spec/mount.hpp"

namespace sandboxd::engine {

// InvalidOption, naming the operation by its place `index`.
[[nodiscard]] Result<spec::MountOperation> convertMount(const client::MountOperation& operation, std::size_t index,
                                                        DescriptorTable& descriptors);

} // namespace sandboxd::engine
