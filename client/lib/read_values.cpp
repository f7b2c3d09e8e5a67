#include "read_values.hpp"

#include "errors.hpp"

#include <optional>

namespace sandboxd::client {
namespace {

// None for a kind that Value does not have.
std::optional<Value> basicValue(DBusMessageIter* iterator) {
    DBusBasicValue raw{};
    const int type = dbus_message_iter_get_arg_type(iterator);
    // Of the basic types a descriptor alone would have to be closed; it is not read.
    if (!dbus_type_is_basic(type) || type == DBUS_TYPE_UNIX_FD) {
        return std::nullopt;
    }
    dbus_message_iter_get_basic(iterator, &raw);
    switch (type) {
    case DBUS_TYPE_BOOLEAN:
        return Value(raw.bool_val != FALSE);
    case DBUS_TYPE_INT32:
        return Value(std::int64_t{raw.i32});
    case DBUS_TYPE_INT64:
        return Value(std::int64_t{raw.i64});
    case DBUS_TYPE_UINT32:
        return Value(std::uint64_t{raw.u32});
    case DBUS_TYPE_UINT64:
        return Value(std::uint64_t{raw.u64});
    case DBUS_TYPE_STRING:
    case DBUS_TYPE_OBJECT_PATH:
        return Value(std::string(raw.str));
    default:
        return std::nullopt;
    }
}

} // namespace

std::string Reader::text(int type) {
    const char* pointer = "";
    basic(type, &pointer);
    return pointer;
}

std::int32_t Reader::int32() {
    std::int32_t value = 0;
    basic(DBUS_TYPE_INT32, &value);
    return value;
}

std::uint32_t Reader::uint32() {
    std::uint32_t value = 0;
    basic(DBUS_TYPE_UINT32, &value);
    return value;
}

std::uint64_t Reader::uint64() {
    dbus_uint64_t value = 0;
    basic(DBUS_TYPE_UINT64, &value);
    return value;
}

Descriptor Reader::descriptor() {
    int fd = -1;
    basic(DBUS_TYPE_UNIX_FD, &fd); // a duplicate that is ours, with CLOEXEC
    return Descriptor(fd);
}

Values Reader::values() {
    Values all;
    array([&](Reader& list) { list.entry(all); });
    return all;
}

void Reader::entry(Values& into) {
    Reader pair = enter(DBUS_TYPE_DICT_ENTRY);
    std::string key = pair.text();
    Reader variant = pair.enter(DBUS_TYPE_VARIANT);
    ok_ = ok_ && pair.ok_ && variant.ok_;
    if (!ok_) {
        return;
    }
    if (std::optional<Value> value = basicValue(&variant.iterator_)) {
        into.emplace(std::move(key), *std::move(value));
    }
}

Reader Reader::enter(int container) {
    Reader inner;
    if (!ok_ || type() != container) {
        ok_ = false;
        inner.ok_ = false;
        return inner;
    }
    dbus_message_iter_recurse(&iterator_, &inner.iterator_);
    dbus_message_iter_next(&iterator_);
    return inner;
}

void Reader::basic(int expected, void* value) {
    if (!ok_ || type() != expected) {
        ok_ = false;
        return;
    }
    dbus_message_iter_get_basic(&iterator_, value);
    dbus_message_iter_next(&iterator_);
}

Error malformedReply(const char* member) {
    return localError(ErrorKind::other, std::string(member) + ": cannot read the daemon's answer");
}

} // namespace sandboxd::client
