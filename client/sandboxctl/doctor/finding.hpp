// What the diagnosis says of one subject. Texts may hold what others wrote: whoever prints them makes them printable.
#pragma once

#include <string>

namespace sandboxd::ctl::doctor {

enum class State {
    ok,
    note,    // worth knowing; or not to be known from here
    warning, // sandboxes work, but less well than they could
    broken,  // no sandbox can be started while it stays so
};

struct Finding {
    std::string name;
    State state = State::ok;
    std::string text;
    std::string remedy; // "" if there is nothing to do
    friend bool operator==(const Finding&, const Finding&) = default;
};

} // namespace sandboxd::ctl::doctor
