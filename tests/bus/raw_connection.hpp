// A connection to the bus that marshals by itself, for messages that no library sends: a descriptor index that is out
// of range, more descriptors than the bus lets through.
#pragma once

#include "base/unique_fd.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sandboxd::bus_tests {

// D-Bus marshalling, little endian, of the few types needed.
class Marshal {
public:
    Marshal& align(std::size_t boundary);
    Marshal& byte(std::uint8_t value);
    Marshal& uint32(std::uint32_t value);
    Marshal& string(const std::string& value);
    Marshal& signature(const std::string& value);
    // An array whose elements are aligned to `boundary`; `content` is marshalled as if it began at such an address.
    Marshal& array(std::size_t boundary, const Marshal& content);
    Marshal& append(const Marshal& other);
    [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

private:
    std::string bytes_;
};

class RawConnection {
public:
    RawConnection(); // authenticated, Hello done

    // Sends Spawn of /x whose fds dictionary says {0: index}, together with `fds`; returns "NAME: MESSAGE" of the
    // error,
    // "" for a reply without error, or "disconnected".
    std::string spawnWithIndex(std::uint32_t index, const std::vector<int>& fds);

private:
    void handshake();
    void sendAll(const std::string& bytes, const std::vector<int>& fds);
    std::string receiveSome();
    std::string awaitAnswer(std::uint32_t serial);

    UniqueFd socket_;
    std::string received_;
};

} // namespace sandboxd::bus_tests
