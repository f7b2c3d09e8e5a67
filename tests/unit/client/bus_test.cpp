// A bus daemon that does not do what it should: the client ends with an error that says so, and never waits or spins.
#include "bus.hpp"

#include <gtest/gtest.h>

#include <dbus/dbus.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace sandboxd::client {
namespace {

// The other end of a client's connection.
class Peer {
public:
    explicit Peer(int fd) : fd_(fd) {}

    // "" at the end.
    std::string readLine() const {
        std::string line;
        char byte = 0;
        while (::read(fd_, &byte, 1) == 1) {
            if (byte == '\n') {
                return line;
            }
            line += byte;
        }
        return "";
    }

    void write(const std::string& bytes) const { (void)!::write(fd_, bytes.data(), bytes.size()); }

    // Until the first message, as the D-Bus specification has it.
    void authenticate() const {
        (void)readLine();
        write("OK 0123456789abcdef0123456789abcdef\r\n");
        (void)readLine();
        write("AGREE_UNIX_FD\r\n");
        (void)readLine();
    }

    // The client's first call is its number 1.
    void answerGreeting(DBusMessage* reply) const {
        dbus_message_set_reply_serial(reply, 1);
        dbus_message_set_serial(reply, 1);
        char* bytes = nullptr;
        int size = 0;
        ASSERT_TRUE(dbus_message_marshal(reply, &bytes, &size));
        write(std::string(bytes, static_cast<std::size_t>(size)));
        dbus_free(bytes);
        dbus_message_unref(reply);
    }

    void readSome() const {
        char bytes[4096];
        (void)!::read(fd_, bytes, sizeof bytes);
    }

private:
    int fd_;
};

// Serves one connection in a thread.
class FakeBus {
public:
    explicit FakeBus(const std::function<void(const Peer&)>& serve) : listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path_.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_, 1), 0);
        ::setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + path_).c_str(), 1);
        thread_ = std::thread([this, serve] {
            const int connection = ::accept(listener_, nullptr, nullptr);
            serve(Peer(connection));
            ::close(connection);
        });
    }
    ~FakeBus() {
        thread_.join();
        ::close(listener_);
        ::unlink(path_.c_str());
        ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    }
    FakeBus(const FakeBus&) = delete;
    FakeBus& operator=(const FakeBus&) = delete;

private:
    const std::string path_ = std::filesystem::temp_directory_path() / ("fake-bus-" + std::to_string(::getpid()));
    int listener_;
    std::thread thread_;
};

Message someCall() {
    return methodCall("/org/sandboxd1", "org.sandboxd1.Manager", "ListSandboxes");
}

// The error of a call, or of the connection that it needs.
std::string errorWith(const std::function<void(const Peer&)>& serve) {
    const FakeBus fake(serve);
    Result<Bus> bus = Bus::open();
    if (!bus) {
        return bus.error().message;
    }
    const auto reply = bus.value().call(someCall(), {}, std::nullopt);
    return reply ? "" : reply.error().message;
}

DBusMessage* greeting() {
    DBusMessage* reply = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN);
    const char* name = ":1.5";
    dbus_message_append_args(reply, DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID);
    return reply;
}

TEST(Bus, ThatIsNotThereIsSaidByName) {
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/no/such/bus", 1);
    const Result<Bus> bus = Bus::open();
    ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    ASSERT_FALSE(bus);
    EXPECT_EQ(bus.error().kind, ErrorKind::unavailable);
    EXPECT_TRUE(bus.error().message.starts_with("cannot connect to the system bus: ")) << bus.error().message;
}

TEST(Bus, ThatEndsTheAuthenticationIsUnavailable) {
    EXPECT_EQ(errorWith([](const Peer& peer) { (void)peer.readLine(); }),
              "cannot connect to the system bus: it ended the connection before it knew who we are");
}

TEST(Bus, ThatRefusesTheGreetingIsQuoted) {
    EXPECT_EQ(errorWith([](const Peer& peer) {
                  peer.authenticate();
                  DBusMessage* reply = dbus_message_new(DBUS_MESSAGE_TYPE_ERROR);
                  dbus_message_set_error_name(reply, DBUS_ERROR_LIMITS_EXCEEDED);
                  const char* why = "too many connections of this user";
                  dbus_message_append_args(reply, DBUS_TYPE_STRING, &why, DBUS_TYPE_INVALID);
                  peer.answerGreeting(reply);
                  peer.readSome();
              }),
              "cannot connect to the system bus: too many connections of this user");
}

TEST(Bus, ThatGoesAwayBeforeItsAnswersEndsTheCall) {
    EXPECT_NE(errorWith([](const Peer& peer) {
                  peer.authenticate();
                  peer.readSome();
              }),
              "");
    EXPECT_NE(errorWith([](const Peer& peer) {
                  peer.authenticate();
                  peer.readSome();
                  peer.answerGreeting(greeting());
                  peer.readSome();
              }),
              "");
}

TEST(Bus, KnowsItsNameFromTheGreeting) {
    const FakeBus fake([](const Peer& peer) {
        peer.authenticate();
        peer.readSome();
        peer.answerGreeting(greeting());
        peer.readSome();
    });
    Result<Bus> bus = Bus::open();
    ASSERT_TRUE(bus) << bus.error().message;
    for (int again = 0; again < 2; ++again) {
        const Result<std::string> name = bus.value().uniqueName();
        ASSERT_TRUE(name) << name.error().message;
        EXPECT_EQ(name.value(), ":1.5");
    }
}

} // namespace
} // namespace sandboxd::client
