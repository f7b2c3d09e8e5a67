// Runs `echo` in a sandbox without our library: with the proxies that sdbus-c++-xml2cpp makes from the installed XML.
// The same source with sdbus-c++ 1.x and 2.x.
#include "manager_proxy.hpp"
#include "sandbox_proxy.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace {

#if __has_include(<sdbus-c++/VTableItems.h>) // 2.x, where names of services are a type
const sdbus::ServiceName service{"org.sandboxd1"};
#else
const std::string service{"org.sandboxd1"};
#endif

using Bytes = std::vector<std::uint8_t>;
using Options = std::map<std::string, sdbus::Variant>;
using Mount = sdbus::Struct<std::string, Options>;

class Manager final : public sdbus::ProxyInterfaces<org::sandboxd1::Manager_proxy> {
public:
    explicit Manager(sdbus::IConnection& connection)
        : ProxyInterfaces(connection, service, sdbus::ObjectPath{"/org/sandboxd1"}) {
        registerProxy();
    }
    ~Manager() { unregisterProxy(); }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

private:
    void onSandboxNew(const std::string& /*id*/, const sdbus::ObjectPath& /*sandbox*/) override {}
    void onSandboxRemoved(const std::string& /*id*/, const sdbus::ObjectPath& /*sandbox*/) override {}
};

class Sandbox final : public sdbus::ProxyInterfaces<org::sandboxd1::Sandbox_proxy> {
public:
    Sandbox(sdbus::IConnection& connection, const sdbus::ObjectPath& path)
        : ProxyInterfaces(connection, service, path) {
        registerProxy();
    }
    ~Sandbox() { unregisterProxy(); }
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

private:
    void onStarted(const Options& /*details*/) override {}
    void onExited(const std::int32_t& /*code*/, const std::int32_t& /*status*/, const Options& /*details*/) override {}
};

// Paths and arguments are bytes: they need not be UTF-8.
Bytes bytes(const std::string& text) {
    return {text.begin(), text.end()};
}

Mount bind(const std::string& path) {
    return Mount{"bind", Options{{"source", sdbus::Variant(bytes(path))},
                                 {"target", sdbus::Variant(bytes(path))},
                                 {"read-only", sdbus::Variant(true)}}};
}

Mount link(const std::string& text, const std::string& target) {
    return Mount{"symlink",
                 Options{{"source", sdbus::Variant(bytes(text))}, {"target", sdbus::Variant(bytes(target))}}};
}

Options options() {
    // Where libraries are looked for when /usr is merged.
    const std::vector<Mount> mounts{bind("/usr"), link("usr/lib", "/lib"), link("usr/lib64", "/lib64")};
    return {{"mounts", sdbus::Variant(mounts)},
            {"description", sdbus::Variant(std::string("example of generated proxies"))}};
}

int runEcho() {
    const auto connection = sdbus::createSystemBusConnection();
    Manager manager(*connection);
    const std::map<std::uint32_t, sdbus::UnixFd> streams{{1, sdbus::UnixFd{1}}, {2, sdbus::UnixFd{2}}};
    const auto [path, pidfd, results] =
        manager.Spawn("", {bytes("/usr/bin/echo"), bytes("hello from a sandbox")}, streams, options());
    const auto [code, status, details] = Sandbox(*connection, path).Wait(0);
    return status;
}

} // namespace

int main() {
    try {
        return runEcho();
    } catch (const sdbus::Error& error) {
        std::fprintf(stderr, "sdbus_proxy: %s\n", error.what());
        return 1;
    }
}
