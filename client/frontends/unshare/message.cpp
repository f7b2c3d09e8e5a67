#include "message.hpp"

#include "print.hpp"

#include <cstdio>

namespace sandboxd::unshare {

int say(std::string_view text) {
    const std::string line = "unshare: " + ctl::printable(text) + "\n";
    (void)std::fputs(line.c_str(), stderr);
    return ownFailure;
}

} // namespace sandboxd::unshare
