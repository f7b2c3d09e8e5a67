#include "bus/reader.hpp"

#include "base/quote.hpp"
#include "policy/limits.hpp"

#include <algorithm>

namespace sandboxd::bus {

namespace {

Error broken(std::string_view key) {
    return {ErrorCode::invalidArgs, std::string(key) + ": cannot be read from the message"};
}

} // namespace

std::string Reader::type() {
    char kind = 0;
    const char* contents = nullptr;
    if (sd_bus_message_peek_type(message_, &kind, &contents) <= 0) {
        return "";
    }
    std::string type(1, kind);
    return contents != nullptr && kind == SD_BUS_TYPE_ARRAY ? type + contents : type;
}

Result<void> Reader::expect(std::string_view key, std::string_view signature) {
    const std::string found = type();
    if (found != signature) {
        return Error{ErrorCode::invalidOption,
                     std::string(key) + ": must be of type " + std::string(signature) + ", not " + found};
    }
    return {};
}

Result<void> Reader::enter(std::string_view key, char kind, const std::string& contents) {
    if (sd_bus_message_enter_container(message_, kind, contents.c_str()) <= 0) {
        return broken(key);
    }
    return {};
}

Result<void> Reader::leave(std::string_view key) {
    if (sd_bus_message_exit_container(message_) < 0) {
        return broken(key);
    }
    return {};
}

Result<std::string> Reader::admit(std::string_view key, std::string value) {
    bytes_ += value.size();
    if (bytes_ > policy::defaultLimits.messageBytes) {
        return Error{ErrorCode::limitsExceeded, std::string(key) + ": the request is longer than " +
                                                    std::to_string(policy::defaultLimits.messageBytes) + " bytes"};
    }
    return value;
}

Result<std::string> Reader::text(std::string_view key) {
    if (auto typed = expect(key, "s"); !typed) {
        return std::move(typed).error();
    }
    const char* value = nullptr;
    if (sd_bus_message_read_basic(message_, 's', &value) <= 0) {
        return broken(key);
    }
    return admit(key, value);
}

Result<std::string> Reader::bytes(std::string_view key) {
    if (auto typed = expect(key, "ay"); !typed) {
        return std::move(typed).error();
    }
    const void* data = nullptr;
    std::size_t size = 0;
    if (sd_bus_message_read_array(message_, 'y', &data, &size) <= 0) {
        return broken(key);
    }
    return admit(key, std::string(static_cast<const char*>(data), size));
}

Result<std::uint32_t> Reader::number(std::string_view key) {
    if (auto typed = expect(key, "u"); !typed) {
        return std::move(typed).error();
    }
    std::uint32_t value = 0;
    if (sd_bus_message_read_basic(message_, 'u', &value) <= 0) {
        return broken(key);
    }
    return value;
}

Result<std::uint64_t> Reader::longNumber(std::string_view key) {
    if (auto typed = expect(key, "t"); !typed) {
        return std::move(typed).error();
    }
    std::uint64_t value = 0;
    if (sd_bus_message_read_basic(message_, 't', &value) <= 0) {
        return broken(key);
    }
    return value;
}

Result<bool> Reader::truth(std::string_view key) {
    if (auto typed = expect(key, "b"); !typed) {
        return std::move(typed).error();
    }
    int value = 0;
    if (sd_bus_message_read_basic(message_, 'b', &value) <= 0) {
        return broken(key);
    }
    return value != 0;
}

Result<std::uint32_t> Reader::fd(std::string_view key) {
    if (auto typed = expect(key, "h"); !typed) {
        return std::move(typed).error();
    }
    int value = -1;
    if (sd_bus_message_read_basic(message_, 'h', &value) <= 0) {
        return Error{ErrorCode::badFileDescriptor, std::string(key) + ": no such descriptor in the message"};
    }
    constexpr std::size_t most = 253; // what one packet to the warden carries (unix(7))
    if (fds_.size() == most) {
        return Error{ErrorCode::limitsExceeded, std::string(key) + ": too many descriptors"};
    }
    fds_.push_back(value);
    return static_cast<std::uint32_t>(fds_.size() - 1);
}

Result<std::vector<std::string>> Reader::texts(std::string_view key) {
    std::vector<std::string> values;
    constexpr std::size_t most = 1024;
    auto read = array(key, 'a', "s", most, [&](std::size_t) -> Result<void> {
        Result<std::string> value = text(key);
        if (!value) {
            return std::move(value).error();
        }
        values.push_back(std::move(value).value());
        return {};
    });
    if (!read) {
        return std::move(read).error();
    }
    return values;
}

Result<std::vector<std::string>> Reader::byteStrings(std::string_view key, std::size_t most) {
    std::vector<std::string> values;
    auto read = array(key, 'a', "ay", most, [&](std::size_t) -> Result<void> {
        Result<std::string> value = bytes(key);
        if (!value) {
            return std::move(value).error();
        }
        values.push_back(std::move(value).value());
        return {};
    });
    if (!read) {
        return std::move(read).error();
    }
    return values;
}

Result<void> Reader::array(std::string_view key, char kind, const std::string& element, std::size_t most,
                           const std::function<Result<void>(std::size_t)>& take) {
    if (auto typed = expect(key, std::string(1, kind) + element); !typed) {
        return typed;
    }
    if (sd_bus_message_enter_container(message_, kind, element.c_str()) < 0) {
        return broken(key);
    }
    std::size_t count = 0;
    while (sd_bus_message_at_end(message_, 0) == 0) {
        if (count == most) {
            return Error{ErrorCode::limitsExceeded, std::string(key) + ": more than " + std::to_string(most)};
        }
        if (auto taken = take(count++); !taken) {
            return taken;
        }
    }
    return leave(key);
}

Result<void> Reader::structure(std::string_view key, const std::string& fields,
                               const std::function<Result<void>()>& take) {
    if (auto entered = enter(key, SD_BUS_TYPE_STRUCT, fields); !entered) {
        return entered;
    }
    if (auto taken = take(); !taken) {
        return taken;
    }
    return leave(key);
}

Result<void> Reader::dictionary(std::string_view prefix, const std::function<Result<void>(const std::string&)>& take) {
    std::vector<std::string> seen; // of a few keys: a tree would cost more than it finds
    constexpr std::size_t most = 128;
    return array(prefix, 'a', "{sv}", most, [&](std::size_t) -> Result<void> {
        if (auto entered = enter(prefix, SD_BUS_TYPE_DICT_ENTRY, "sv"); !entered) {
            return entered;
        }
        Result<std::string> key = text(prefix);
        if (!key) {
            return std::move(key).error();
        }
        if (std::find(seen.begin(), seen.end(), key.value()) != seen.end()) {
            return Error{ErrorCode::duplicateOption, quote(key.value()) + ": given twice"};
        }
        seen.push_back(key.value());
        const char* contents = nullptr;
        if (sd_bus_message_peek_type(message_, nullptr, &contents) <= 0 || contents == nullptr) {
            return broken(prefix);
        }
        if (auto entered = enter(prefix, SD_BUS_TYPE_VARIANT, std::string(contents)); !entered) {
            return entered;
        }
        if (auto taken = take(key.value()); !taken) {
            return taken;
        }
        if (auto left = leave(prefix); !left) {
            return left;
        }
        return leave(prefix);
    });
}

} // namespace sandboxd::bus
