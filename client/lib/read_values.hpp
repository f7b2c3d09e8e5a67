// Replies of the daemon as values. Trusts the daemon no further than types: what is missing or of another type is an
// Error, never undefined.
#pragma once

#include "message.hpp"
#include "sandboxd/result.hpp"
#include "sandboxd/sandbox.hpp"

#include <string>
#include <vector>

namespace sandboxd::client {

// Walks the arguments of a message, or what is inside a container.
class Reader {
public:
    explicit Reader(DBusMessage* message) { dbus_message_iter_init(message, &iterator_); }

    // Each reads one value and goes on; a value of another type reads as none, and ok() is false from then on.
    [[nodiscard]] std::string text(int type = DBUS_TYPE_STRING);
    [[nodiscard]] std::int32_t int32();
    [[nodiscard]] std::uint32_t uint32();
    [[nodiscard]] std::uint64_t uint64();
    [[nodiscard]] Descriptor descriptor();
    [[nodiscard]] Values values();

    // The elements of an array, each by `element(Reader&)`.
    template <typename Element> void array(Element element) {
        Reader inner = enter(DBUS_TYPE_ARRAY);
        while (inner.ok_ && inner.type() != DBUS_TYPE_INVALID) {
            element(inner);
        }
        ok_ = ok_ && inner.ok_;
    }
    template <typename Content> void structure(Content content) {
        Reader inner = enter(DBUS_TYPE_STRUCT);
        content(inner);
        ok_ = ok_ && inner.ok_;
    }

    template <typename Content> void dictionaryEntry(Content content) {
        Reader inner = enter(DBUS_TYPE_DICT_ENTRY);
        content(inner);
        ok_ = ok_ && inner.ok_;
    }
    template <typename Content> void variant(Content content) {
        Reader inner = enter(DBUS_TYPE_VARIANT);
        content(inner);
        ok_ = ok_ && inner.ok_;
    }

    [[nodiscard]] bool ok() const noexcept { return ok_; }

private:
    Reader() = default;

    [[nodiscard]] int type() { return dbus_message_iter_get_arg_type(&iterator_); }
    [[nodiscard]] Reader enter(int container);
    void basic(int expected, void* value);
    void entry(Values& into);
    [[nodiscard]] bool isDictionary();

    DBusMessageIter iterator_{};
    bool ok_ = true;
};

[[nodiscard]] Error malformedReply(const char* member);

} // namespace sandboxd::client
