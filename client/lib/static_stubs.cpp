// What libdbus's server side wants of libsystemd, which has no static library. A client never gets there: the answers
// are those of a process that systemd handed no socket.

extern "C" {

// NOLINTBEGIN(readability-identifier-naming) names of libsystemd
int sd_listen_fds(int /*unsetEnvironment*/);
int sd_is_socket(int /*fd*/, int /*family*/, int /*type*/, int /*listening*/);

int sd_listen_fds(int /*unsetEnvironment*/) {
    return 0;
}
int sd_is_socket(int /*fd*/, int /*family*/, int /*type*/, int /*listening*/) {
    return 0;
}
// NOLINTEND(readability-identifier-naming)
}
