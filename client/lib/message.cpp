#include "message.hpp"

#include <climits>

namespace sandboxd::client {

Message methodCall(const char* path, const char* interface, const char* member) {
    return Message(dbus_message_new_method_call("org.sandboxd1", path, interface, member));
}

bool isString(const std::string& text) {
    return text.find('\0') == std::string::npos && dbus_validate_utf8(text.c_str(), nullptr);
}

void Writer::string(const std::string& text) {
    const char* pointer = text.c_str();
    basic(DBUS_TYPE_STRING, &pointer);
}

void Writer::boolean(bool value) {
    const dbus_bool_t wire = value ? TRUE : FALSE;
    basic(DBUS_TYPE_BOOLEAN, &wire);
}

void Writer::bytes(std::string_view text) {
    if (text.size() > DBUS_MAXIMUM_ARRAY_LENGTH) {
        ok_ = false;
        return;
    }
    // A null pointer is not allowed even for no bytes at all.
    const char* data = text.empty() ? "" : text.data();
    array("y", [&](Writer& inner) {
        inner.ok_ = dbus_message_iter_append_fixed_array(&inner.iterator_, DBUS_TYPE_BYTE, &data,
                                                         static_cast<int>(text.size()));
    });
}

void Writer::bytesList(const std::vector<std::string>& list) {
    array("ay", [&](Writer& inner) {
        for (const std::string& text : list) {
            inner.bytes(text);
        }
    });
}

void Writer::stringList(const std::vector<std::string>& list) {
    array("s", [&](Writer& inner) {
        for (const std::string& text : list) {
            inner.string(text);
        }
    });
}

} // namespace sandboxd::client
