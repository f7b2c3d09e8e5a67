// Options that lay directories over one another.
#include "option_row.hpp"

#include <utility>

namespace sandboxd::bwrap {
namespace {

Complaint addOverlay(Reading& reading, Operation operation) {
    operation.lower = std::exchange(reading.nextLower, {});
    reading.command.operations.push_back(std::move(operation));
    return std::nullopt;
}

Complaint noteLower(Reading& reading, Arguments arguments) {
    reading.nextLower.push_back(arguments[0]);
    return std::nullopt;
}

Complaint addWritable(Reading& reading, Arguments arguments) {
    if (reading.nextLower.empty()) {
        return "--overlay requires at least one --overlay-src";
    }
    return addOverlay(
        reading,
        {.kind = Kind::overlay, .source = arguments[0], .target = arguments[2], .lower = {}, .work = arguments[1]});
}

Complaint addTemporary(Reading& reading, Arguments arguments) {
    if (reading.nextLower.empty()) {
        return "--tmp-overlay requires at least one --overlay-src";
    }
    return addOverlay(reading, {.kind = Kind::temporaryOverlay, .target = arguments[0]});
}

Complaint addReadOnly(Reading& reading, Arguments arguments) {
    if (reading.nextLower.size() < 2) {
        return "--ro-overlay requires at least two --overlay-src";
    }
    return addOverlay(reading, {.kind = Kind::readOnlyOverlay, .target = arguments[0]});
}

constexpr std::array rows{
    // Without its argument it is not followed by what it needs either, which is what bubblewrap says.
    OptionRow{"--overlay-src", 1, danglingOverlay, noteLower, "SRC",
              "A directory for the next overlay, over those named before"},
    OptionRow{"--overlay", 3, "--overlay takes three arguments", addWritable, "RWSRC WORKDIR DEST",
              "An overlay at DEST that writes to RWSRC"},
    OptionRow{"--tmp-overlay", 1, "--tmp-overlay takes an argument", addTemporary, "DEST",
              "An overlay at DEST that writes to memory"},
    OptionRow{"--ro-overlay", 1, "--ro-overlay takes an argument", addReadOnly, "DEST",
              "An overlay at DEST, read-only"},
};

} // namespace

std::span<const OptionRow> overlayOptions() {
    return rows;
}

} // namespace sandboxd::bwrap
