#include "read_values.hpp"

#include "errors.hpp"

namespace sandboxd::client {
namespace {

// Leaves the dictionary as it is for a kind that Value does not have.
void addBasic(Values& into, std::string key, DBusMessageIter* iterator) {
    DBusBasicValue raw{};
    const int type = dbus_message_iter_get_arg_type(iterator);
    // Of the basic types a descriptor alone would have to be closed; it is not read.
    if (!dbus_type_is_basic(type) || type == DBUS_TYPE_UNIX_FD) {
        return;
    }
    dbus_message_iter_get_basic(iterator, &raw);
    switch (type) {
    case DBUS_TYPE_BOOLEAN:
        into.try_emplace(std::move(key), raw.bool_val != FALSE);
        break;
    case DBUS_TYPE_INT32:
        into.try_emplace(std::move(key), std::int64_t{raw.i32});
        break;
    case DBUS_TYPE_INT64:
        into.try_emplace(std::move(key), std::int64_t{raw.i64});
        break;
    case DBUS_TYPE_UINT32:
        into.try_emplace(std::move(key), std::uint64_t{raw.u32});
        break;
    case DBUS_TYPE_UINT64:
        into.try_emplace(std::move(key), std::uint64_t{raw.u64});
        break;
    case DBUS_TYPE_STRING:
    case DBUS_TYPE_OBJECT_PATH:
        into.try_emplace(std::move(key), std::string(raw.str));
        break;
    default:
        break;
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
    if (variant.isDictionary()) {
        Values nested = variant.values();
        for (auto& [inner, value] : nested) {
            std::string name = key;
            name += '.';
            name += inner;
            into.emplace(std::move(name), std::move(value));
        }
    } else {
        addBasic(into, std::move(key), &variant.iterator_);
    }
}

bool Reader::isDictionary() {
    char* raw = dbus_message_iter_get_signature(&iterator_);
    const std::string signature = raw != nullptr ? raw : "";
    dbus_free(raw);
    return signature == "a{sv}";
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
