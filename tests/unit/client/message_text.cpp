#include "message_text.hpp"

#include <unistd.h>

namespace sandboxd::client_tests {
namespace {

std::string describeAll(DBusMessageIter iterator, const char* separator);

std::string describeBasic(DBusMessageIter& iterator, int type) {
    DBusBasicValue value{};
    dbus_message_iter_get_basic(&iterator, &value);
    switch (type) {
    case DBUS_TYPE_STRING:
    case DBUS_TYPE_OBJECT_PATH:
        return std::string("\"") + value.str + "\"";
    case DBUS_TYPE_BOOLEAN:
        return value.bool_val ? "true" : "false";
    case DBUS_TYPE_INT32:
        return std::to_string(value.i32);
    case DBUS_TYPE_UINT32:
        return std::to_string(value.u32);
    case DBUS_TYPE_UINT64:
        return std::to_string(value.u64);
    case DBUS_TYPE_UNIX_FD:
        ::close(value.fd);
        return "fd";
    default:
        return "?";
    }
}

std::string describeBytes(DBusMessageIter& array) {
    DBusMessageIter bytes{};
    dbus_message_iter_recurse(&array, &bytes);
    const char* data = nullptr;
    int size = 0;
    dbus_message_iter_get_fixed_array(&bytes, &data, &size);
    return "b\"" + std::string(data, static_cast<std::size_t>(size)) + "\"";
}

std::string describeOne(DBusMessageIter& iterator) {
    const int type = dbus_message_iter_get_arg_type(&iterator);
    if (dbus_type_is_basic(type)) {
        return describeBasic(iterator, type);
    }
    if (type == DBUS_TYPE_ARRAY && dbus_message_iter_get_element_type(&iterator) == DBUS_TYPE_BYTE) {
        return describeBytes(iterator);
    }
    DBusMessageIter inner{};
    dbus_message_iter_recurse(&iterator, &inner);
    switch (type) {
    case DBUS_TYPE_ARRAY:
        return "[" + describeAll(inner, ", ") + "]";
    case DBUS_TYPE_STRUCT:
        return "(" + describeAll(inner, ", ") + ")";
    case DBUS_TYPE_DICT_ENTRY:
        return describeAll(inner, ": ");
    case DBUS_TYPE_VARIANT: {
        char* signature = dbus_message_iter_get_signature(&inner);
        const std::string text = std::string("<") + signature + " " + describeOne(inner) + ">";
        dbus_free(signature);
        return text;
    }
    default:
        return "?";
    }
}

std::string describeAll(DBusMessageIter iterator, const char* separator) {
    std::string text;
    while (dbus_message_iter_get_arg_type(&iterator) != DBUS_TYPE_INVALID) {
        text += (text.empty() ? "" : separator) + describeOne(iterator);
        dbus_message_iter_next(&iterator);
    }
    return text;
}

} // namespace

std::string describe(DBusMessage* message) {
    DBusMessageIter iterator{};
    dbus_message_iter_init(message, &iterator);
    return describeAll(iterator, " ");
}

} // namespace sandboxd::client_tests
