// sandboxd-spawner: takes one listening socket by sd_listen_fds(3) and forks a warden for each request on it.
#include "spawner/cgroup_tree.hpp"
#include "spawner/host_view.hpp"
#include "spawner/options.hpp"
#include "spawner/spawner.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace {

using namespace sandboxd;

void say(const char* text) {
    static_cast<void>(!::write(STDERR_FILENO, text, std::strlen(text)));
}

// No stdio: one line in pieces.
int refuse(const char* what) {
    const char* reason = ::strerrordesc_np(errno);
    say("sandboxd-spawner: cannot ");
    say(what);
    say(": ");
    say(reason == nullptr ? "unknown error" : reason);
    say("\n");
    return 1;
}

} // namespace

int main(int count, char** arguments) {
    spawner::Options options;
    if (!spawner::parseOptions(count, arguments, options)) {
        say("usage: sandboxd-spawner [--owners FIRST:COUNT] [--cgroup DIR]\n");
        return 2;
    }
    errno = EINVAL;
    const int listener = spawner::takeListener();
    if (listener < 0) {
        return refuse("take one listening SOCK_SEQPACKET socket (LISTEN_FDS=1)");
    }
    uid_t served = 0;
    if (!spawner::findServedUid(listener, served)) {
        return refuse("find the owner of the listening socket's file");
    }
    if (!spawner::liftOomFloor()) {
        return refuse(errno == EPERM ? "run with a negative oom_score_adj, which payloads could take"
                                     : "read its own oom_score_adj");
    }
    if (!spawner::reduceItself()) {
        return refuse("reduce capabilities");
    }
    warden::Host host;
    if (const char* what = spawner::openHost(host)) {
        return refuse(what);
    }
    spawner::CgroupTree tree;
    if (!tree.open(options.cgroup)) {
        return refuse("open the cgroup tree");
    }
    spawner::Spawner server(options, host, tree, listener, served);
    server.run();
    return refuse("watch its children");
}
