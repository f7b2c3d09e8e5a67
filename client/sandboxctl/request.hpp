// What the command line asks for, one type for each verb. Plain values.
#pragma once

#include "environment.hpp"
#include "sandboxd/mount.hpp"
#include "sandboxd/spec.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sandboxd::ctl {

struct RunRequest {
    std::vector<std::string> command;
    std::vector<client::MountOperation> mounts; // after the default ones
    std::vector<EnvironmentChange> environment;
    bool keepEnvironment = false;
    bool mapRoot = false; // the caller looks like root inside
    std::optional<std::string> workingDirectory;
    std::optional<std::string> hostname;
    std::vector<client::Namespace> shared; // with the caller
    client::Identity identity = client::Identity::mapped;
    std::vector<std::string> capabilities; // as "CAP_SYS_ADMIN"; none: all that the identity has
    bool nestedUserNamespaces = false;
    bool init = true; // false: the command is process 1
    client::Seccomp seccomp = client::Seccomp::standard;
    client::Network network = client::Network::loopback;
    bool terminal = false; // one of its own, whatever terminal the streams are
};

struct ListRequest {
    bool all = false;
};

struct ShowRequest {
    std::string id;
};

struct KillRequest {
    std::vector<std::string> ids; // empty: every sandbox of `user`
    int signal = 0;
    std::optional<std::string> user; // none: the caller's own; root's are everybody's
};

struct WaitRequest {
    std::string id;
};

struct DoctorRequest {
    bool json = false;
};

using Request = std::variant<RunRequest, ListRequest, ShowRequest, KillRequest, WaitRequest, DoctorRequest>;

// To run as `user`: sandboxctl anew with these arguments.
struct AsRequest {
    std::string user;
    std::vector<std::string> arguments;
};

// Text for stdout (help, version), and nothing to do.
struct Information {
    std::string text;
};

struct UsageError {
    std::string message;
};

using CommandLine = std::variant<Request, AsRequest, Information, UsageError>;

} // namespace sandboxd::ctl
