// Runs /bin/true in a sandbox by the client library, and says how it ended. Build it outside of this tree with
//   c++ -std=c++20 run_true.cpp $(pkg-config --cflags --libs libsandboxd-client)
#include <sandboxd/client.hpp>

#include <cstdio>

namespace {

namespace client = sandboxd::client;

int fail(const client::Error& error) {
    std::fprintf(stderr, "run_true: %s: %s\n", error.name.c_str(), error.message.c_str());
    return 1;
}

// A root with the system in it, read-only, and nothing else: no home, no network, no environment.
client::Spec trueOnTheSystem() {
    client::Spec spec({"/usr/bin/true"});
    spec.bindReadOnly("/usr", "/usr")
        .mount(client::Symlink{"usr/lib", "/lib"}) // where libraries are looked for when /usr is merged
        .mount(client::Symlink{"usr/lib64", "/lib64"})
        .mount(client::Proc{})
        .mount(client::Dev{})
        .description("example of the client library");
    return spec;
}

} // namespace

int main() {
    auto connection = client::Connection::open();
    if (!connection) {
        return fail(connection.error());
    }
    const auto sandbox = connection.value().spawn(trueOnTheSystem());
    if (!sandbox) {
        return fail(sandbox.error());
    }
    const auto ended = connection.value().wait(sandbox.value());
    if (!ended) {
        return fail(ended.error());
    }
    std::printf("sandbox %s ended with %d\n", sandbox.value().id.c_str(), ended.value().shellStatus());
    return ended.value().shellStatus();
}
