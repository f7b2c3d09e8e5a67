#include "raw_connection.hpp"

#include "bus_client.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace sandboxd::bus_tests {
namespace {

constexpr std::uint32_t helloSerial = 1;
constexpr std::uint32_t spawnSerial = 2;

enum Field : std::uint8_t {
    fieldPath = 1,
    fieldInterface,
    fieldMember,
    fieldErrorName,
    fieldReplySerial,
    fieldDestination,
    fieldSender,
    fieldSignature,
    fieldUnixFds
};

struct Header {
    std::string path, interface, member, destination, signature;
    std::uint32_t serial = 0;
    std::uint32_t unixFds = 0;
};

void textField(Marshal& fields, Field code, const std::string& type, const std::string& value) {
    if (value.empty()) {
        return;
    }
    fields.align(8).byte(code).signature(type);
    type == "g" ? fields.signature(value) : fields.string(value);
}

std::string methodCall(const Header& header, const Marshal& body) {
    Marshal fields;
    textField(fields, fieldPath, "o", header.path);
    textField(fields, fieldInterface, "s", header.interface);
    textField(fields, fieldMember, "s", header.member);
    textField(fields, fieldDestination, "s", header.destination);
    textField(fields, fieldSignature, "g", header.signature);
    if (header.unixFds > 0) {
        fields.align(8).byte(fieldUnixFds).signature("u").uint32(header.unixFds);
    }
    Marshal message;
    message.byte('l').byte(1).byte(0).byte(1).uint32(static_cast<std::uint32_t>(body.bytes().size()));
    message.uint32(header.serial).array(8, fields).align(8).append(body);
    return message.bytes();
}

Marshal spawnBody(std::uint32_t index) {
    Marshal argument;
    argument.array(1, Marshal().append(Marshal().byte('/').byte('x')));
    Marshal fds;
    fds.uint32(0).uint32(index);
    Marshal body;
    return body.string("").array(4, argument).array(8, fds).array(8, Marshal());
}

std::uint32_t numberAt(const std::string& bytes, std::size_t offset) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

std::size_t aligned(std::size_t offset, std::size_t boundary) {
    return (offset + boundary - 1) / boundary * boundary;
}

// Size of the first message in `bytes`, 0 if it is not complete.
std::size_t firstMessageSize(const std::string& bytes) {
    if (bytes.size() < 16) {
        return 0;
    }
    const std::size_t size = aligned(16 + numberAt(bytes, 12), 8) + numberAt(bytes, 4);
    return bytes.size() < size ? 0 : size;
}

struct Answer {
    std::uint32_t serial = 0; // of the call
    std::string error;        // "NAME: MESSAGE"
};

std::string textAt(const std::string& bytes, std::size_t offset) {
    return bytes.substr(offset + 4, numberAt(bytes, offset));
}

// Walks the header fields of the first message; the body of an error is its message.
Answer readAnswer(const std::string& bytes) {
    Answer answer;
    const std::size_t end = 16 + numberAt(bytes, 12);
    for (std::size_t at = 16; at < end;) {
        at = aligned(at, 8);
        const auto code = static_cast<std::uint8_t>(bytes[at]);
        const char type = bytes[at + 2];
        at += 4; // code, length of the signature, its one type, NUL
        if (type == 'u') {
            answer.serial = code == fieldReplySerial ? numberAt(bytes, at) : answer.serial;
            at += 4;
        } else if (type == 'g') {
            at += static_cast<std::uint8_t>(bytes[at]) + 2U;
        } else {
            answer.error = code == fieldErrorName ? textAt(bytes, at) : answer.error;
            at += 4 + numberAt(bytes, at) + 1;
        }
    }
    if (!answer.error.empty()) {
        answer.error += ": " + textAt(bytes, aligned(end, 8));
    }
    return answer;
}

} // namespace

Marshal& Marshal::align(std::size_t boundary) {
    bytes_.resize(aligned(bytes_.size(), boundary), '\0');
    return *this;
}

Marshal& Marshal::byte(std::uint8_t value) {
    bytes_.push_back(static_cast<char>(value));
    return *this;
}

Marshal& Marshal::uint32(std::uint32_t value) {
    align(4);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
}

Marshal& Marshal::string(const std::string& value) {
    uint32(static_cast<std::uint32_t>(value.size()));
    bytes_.append(value.c_str(), value.size() + 1);
    return *this;
}

Marshal& Marshal::signature(const std::string& value) {
    byte(static_cast<std::uint8_t>(value.size()));
    bytes_.append(value.c_str(), value.size() + 1);
    return *this;
}

Marshal& Marshal::array(std::size_t boundary, const Marshal& content) {
    uint32(static_cast<std::uint32_t>(content.bytes_.size())).align(boundary);
    return append(content);
}

Marshal& Marshal::append(const Marshal& other) {
    bytes_ += other.bytes_;
    return *this;
}

RawConnection::RawConnection() {
    socket_ = UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    connectToBus(socket_.get());
    handshake();
}

void RawConnection::handshake() {
    std::string hexUid;
    for (const char digit : std::to_string(getuid())) {
        hexUid += std::string("3") + digit; // the ASCII code of a digit
    }
    sendAll(std::string(1, '\0') + "AUTH EXTERNAL " + hexUid + "\r\nNEGOTIATE_UNIX_FD\r\n", {});
    while (received_.find("AGREE_UNIX_FD\r\n") == std::string::npos) {
        if (receiveSome().empty()) {
            throw std::runtime_error("the bus refuses us: " + received_);
        }
    }
    received_.clear();
    const std::string bus = "org.freedesktop.DBus";
    sendAll("BEGIN\r\n" + methodCall({"/org/freedesktop/DBus", bus, "Hello", bus, "", helloSerial, 0}, {}), {});
    if (const std::string error = awaitAnswer(helloSerial); !error.empty()) {
        throw std::runtime_error("Hello: " + error);
    }
}

void RawConnection::sendAll(const std::string& bytes, const std::vector<int>& fds) {
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    std::vector<char> control(CMSG_SPACE(fds.size() * sizeof(int)), '\0');
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
        std::memcpy(CMSG_DATA(header), fds.data(), fds.size() * sizeof(int));
    }
    if (sendmsg(socket_.get(), &message, MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
        throw std::runtime_error("cannot send");
    }
}

std::string RawConnection::receiveSome() {
    awaitReadable(socket_.get(), "the bus daemon");
    std::array<char, 4096> buffer{};
    const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    const std::string bytes(buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    received_ += bytes;
    return bytes;
}

std::string RawConnection::awaitAnswer(std::uint32_t serial) {
    while (true) {
        while (const std::size_t size = firstMessageSize(received_)) {
            const Answer answer = readAnswer(received_);
            received_.erase(0, size);
            if (answer.serial == serial) {
                return answer.error;
            }
        }
        if (receiveSome().empty()) {
            return "disconnected";
        }
    }
}

std::string RawConnection::spawnWithIndex(std::uint32_t index, const std::vector<int>& fds) {
    const Header header{"/org/sandboxd1",
                        "org.sandboxd1.Manager",
                        "Spawn",
                        "org.sandboxd1",
                        "saaya{uh}a{sv}",
                        spawnSerial,
                        static_cast<std::uint32_t>(fds.size())};
    sendAll(methodCall(header, spawnBody(index)), fds);
    return awaitAnswer(spawnSerial);
}

} // namespace sandboxd::bus_tests
