// A D-Bus message as text, so that a test can compare all of it: strings quoted, byte arrays as b"…", variants as
// <signature value>, descriptors as "fd".
#pragma once

#include <dbus/dbus.h>

#include <string>

namespace sandboxd::client_tests {

[[nodiscard]] std::string describe(DBusMessage* message);

} // namespace sandboxd::client_tests
