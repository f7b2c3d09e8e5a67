// Reads one message strictly: every value must have exactly the type that is asked for. Errors name the key.
#pragma once

#include "base/result.hpp"

#include <systemd/sd-bus.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sandboxd::bus {

class Reader {
public:
    explicit Reader(sd_bus_message* message) : message_(message) {}

    // Of the value at hand, which must be the content of a variant.
    Result<std::string> text(std::string_view key);                                       // s
    Result<std::string> bytes(std::string_view key);                                      // ay, any bytes
    Result<std::uint32_t> number(std::string_view key);                                   // u
    Result<std::uint64_t> longNumber(std::string_view key);                               // t
    Result<bool> truth(std::string_view key);                                             // b
    Result<std::uint32_t> fd(std::string_view key);                                       // h; its place in fds()
    Result<std::vector<std::string>> texts(std::string_view key);                         // as
    Result<std::vector<std::string>> byteStrings(std::string_view key, std::size_t most); // aay

    // The type of the value at hand, e.g. "ay".
    [[nodiscard]] std::string type();

    // a{sv}: calls `take` with each key, the reader standing at the variant's content. DuplicateOption.
    Result<void> dictionary(std::string_view prefix, const std::function<Result<void>(const std::string& key)>& take);
    // An array of `element` (its signature): `take` reads one; at most `most`, else LimitsExceeded.
    Result<void> array(std::string_view key, char kind, const std::string& element, std::size_t most,
                       const std::function<Result<void>(std::size_t index)>& take);
    Result<void> structure(std::string_view key, const std::string& fields, const std::function<Result<void>()>& take);

    // One entry of a dictionary that is no a{sv}.
    Result<void> enterEntry(std::string_view key, const std::string& contents) {
        return enter(key, SD_BUS_TYPE_DICT_ENTRY, contents);
    }
    Result<void> leaveEntry(std::string_view key) { return leave(key); }

    // Every descriptor that was read, in order; borrowed from the message.
    [[nodiscard]] const std::vector<int>& fds() const noexcept { return fds_; }

private:
    Result<void> expect(std::string_view key, std::string_view signature);
    Result<void> enter(std::string_view key, char kind, const std::string& contents);
    Result<void> leave(std::string_view key);
    // Counts what strings the message brought; LimitsExceeded.
    Result<std::string> admit(std::string_view key, std::string value);

    sd_bus_message* message_;
    std::size_t bytes_ = 0;
    std::vector<int> fds_;
};

} // namespace sandboxd::bus
