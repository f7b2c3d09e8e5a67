// sandboxd-spawner: takes one listening socket by sd_listen_fds(3) and forks a warden for each request on it.
#include "spawner/cgroup_tree.hpp"
#include "spawner/host_view.hpp"
#include "spawner/options.hpp"
#include "spawner/spawner.hpp"
#include "warden/label.hpp"

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

// The line names the label that it has, for an administrator who wonders why nothing starts.
bool checkLabel(const spawner::Options& options, const warden::Host& host) {
    char label[warden::labelCapacity] = "";
    if (!warden::readOwnLabel(host.proc, label, sizeof label)) {
        refuse("read the spawner's AppArmor label");
        return false;
    }
    if (options.checksAppArmor && warden::isLabelEnforced(label, warden::spawnerLabel)) {
        return true;
    }
    say(options.checksAppArmor ? "sandboxd-spawner: cannot serve under the AppArmor label \""
                               : "sandboxd-spawner: INSECURE: --insecure-no-apparmor-check: serving under the "
                                 "AppArmor label \"");
    say(label);
    say("\": it must be \"sandboxd-spawner (enforce)\"; load the profile with apparmor_parser --replace "
        "/etc/apparmor.d/sandboxd-spawner\n");
    return !options.checksAppArmor;
}

} // namespace

int main(int count, char** arguments) {
    spawner::Options options;
    if (!spawner::parseOptions(count, arguments, options)) {
        say("usage: sandboxd-spawner [--owners FIRST:COUNT] [--cgroup DIR] [--insecure-no-apparmor-check]\n");
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
    if (host.appArmor && !checkLabel(options, host)) {
        return 1;
    }
    spawner::CgroupTree tree;
    if (!tree.open(options.cgroup)) {
        return refuse("open the cgroup tree");
    }
    spawner::Spawner server(options, host, tree, listener, served);
    server.run();
    return refuse("watch its children");
}
