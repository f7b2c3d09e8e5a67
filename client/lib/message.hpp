// Owners of libdbus's objects, and a writer that appends typed values and remembers whether all went well. Everything
// that libdbus would abort on (invalid UTF-8, a bad descriptor) must be checked before it is written.
#pragma once

#include <dbus/dbus.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sandboxd::client {

struct Unreference {
    void operator()(DBusMessage* message) const noexcept { dbus_message_unref(message); }
    void operator()(DBusPendingCall* call) const noexcept { dbus_pending_call_unref(call); }
};
using Message = std::unique_ptr<DBusMessage, Unreference>;
using PendingCall = std::unique_ptr<DBusPendingCall, Unreference>;

// A method call to sandboxd; null when memory is short.
[[nodiscard]] Message methodCall(const char* path, const char* interface, const char* member);

// True if `text` can be sent as a D-Bus string.
[[nodiscard]] bool isString(const std::string& text);

class Writer {
public:
    explicit Writer(DBusMessage* message) { dbus_message_iter_init_append(message, &iterator_); }

    void string(const std::string& text);
    void boolean(bool value);
    void int32(std::int32_t value) { basic(DBUS_TYPE_INT32, &value); }
    void uint32(std::uint32_t value) { basic(DBUS_TYPE_UINT32, &value); }
    void uint64(std::uint64_t value) { basic(DBUS_TYPE_UINT64, &value); }
    void descriptor(int fd) { basic(DBUS_TYPE_UNIX_FD, &fd); }

    // ay as one fixed array: one copy, not one call for each byte.
    void bytes(std::string_view text);
    void bytesList(const std::vector<std::string>& list);
    void stringList(const std::vector<std::string>& list);

    // `content(Writer&)` writes what is inside.
    template <typename Content> void array(const char* elements, Content content) {
        container(DBUS_TYPE_ARRAY, elements, content);
    }
    template <typename Content> void structure(Content content) { container(DBUS_TYPE_STRUCT, nullptr, content); }
    template <typename Content> void entry(Content content) { container(DBUS_TYPE_DICT_ENTRY, nullptr, content); }

    // One entry of an a{sv}.
    template <typename Content> void option(const std::string& key, const char* type, Content content) {
        entry([&](Writer& pair) {
            pair.string(key);
            pair.container(DBUS_TYPE_VARIANT, type, content);
        });
    }

    // False if anything could not be appended: memory, or descriptors.
    [[nodiscard]] bool ok() const noexcept { return ok_; }

private:
    Writer() = default;

    void basic(int type, const void* value) { ok_ = ok_ && dbus_message_iter_append_basic(&iterator_, type, value); }

    template <typename Content> void container(int type, const char* signature, Content content) {
        Writer inner;
        if (!ok_ || !dbus_message_iter_open_container(&iterator_, type, signature, &inner.iterator_)) {
            ok_ = false;
            return;
        }
        content(inner);
        if (!inner.ok_) {
            dbus_message_iter_abandon_container(&iterator_, &inner.iterator_);
            ok_ = false;
            return;
        }
        ok_ = dbus_message_iter_close_container(&iterator_, &inner.iterator_);
    }

    DBusMessageIter iterator_{};
    bool ok_ = true;
};

} // namespace sandboxd::client
