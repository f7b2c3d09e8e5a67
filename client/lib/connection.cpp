#include "sandboxd/connection.hpp"

#include "bus.hpp"
#include "encode_spec.hpp"
#include "errors.hpp"
#include "payload_status.hpp"
#include "read_values.hpp"

#include <algorithm>

namespace sandboxd::client {
namespace {

using std::chrono::milliseconds;

constexpr const char* managerPath = "/org/sandboxd1";
constexpr const char* managerInterface = "org.sandboxd1.Manager";
constexpr const char* sandboxInterface = "org.sandboxd1.Sandbox";
constexpr const char* propertiesInterface = "org.freedesktop.DBus.Properties";

constexpr milliseconds shortCall{25'000};
constexpr milliseconds defaultStart{20'000};
// The daemon ends before us: its answer says why, ours could not.
constexpr milliseconds margin{10'000};

// A dialog is open as long as its user likes.
std::optional<milliseconds> timeFor(const CallOptions& options, milliseconds usual) {
    return options.interactive ? std::nullopt : std::optional(usual);
}

milliseconds startTime(const SpecFields& fields) {
    if (!fields.startTimeout) {
        return defaultStart + margin;
    }
    constexpr std::chrono::microseconds longest = std::chrono::hours(24);
    return std::chrono::ceil<milliseconds>(std::min(*fields.startTimeout, longest)) + margin;
}

std::string idOf(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

Message sandboxCall(const Sandbox& sandbox, const char* member) {
    return dbus_validate_path(sandbox.path.c_str(), nullptr)
               ? methodCall(sandbox.path.c_str(), sandboxInterface, member)
               : nullptr;
}

Result<Sandbox> readSpawned(DBusMessage* reply) {
    Reader reader(reply);
    Sandbox sandbox;
    sandbox.path = reader.text(DBUS_TYPE_OBJECT_PATH);
    sandbox.pidfd = reader.descriptor();
    sandbox.results = reader.values();
    if (!reader.ok()) {
        return malformedReply("Spawn");
    }
    sandbox.id = idOf(sandbox.path);
    return sandbox;
}

SandboxSummary readSummary(Reader& list) {
    SandboxSummary summary;
    list.structure([&](Reader& fields) {
        summary.id = fields.text();
        summary.path = fields.text(DBUS_TYPE_OBJECT_PATH);
        summary.state = fields.text();
        summary.uid = fields.uint32();
        summary.startedUsec = fields.uint64();
        summary.details = fields.values();
    });
    return summary;
}

Result<ExitStatus> readExit(DBusMessage* reply) {
    Reader reader(reply);
    const std::int32_t code = reader.int32();
    const std::int32_t status = reader.int32();
    if (!reader.ok()) {
        return malformedReply("Wait");
    }
    if (const std::optional<ExitStatus> ended = fromSiginfo(code, status)) {
        return *ended;
    }
    return localError(ErrorKind::other, "the sandbox has ended, how is not known");
}

} // namespace

class Connection::Private {
public:
    explicit Private(Bus opened) : bus(std::move(opened)) {}

    // Fills the message by `write(Writer&)`, sends it and waits.
    template <typename Write>
    Result<Message> call(Message message, const CallOptions& options, std::optional<milliseconds> limit, Write write) {
        if (!message) {
            return outOfMemory();
        }
        Writer writer(message.get());
        write(writer);
        if (!writer.ok()) {
            return outOfMemory();
        }
        return bus.call(std::move(message), options, limit);
    }

    // A call whose reply says nothing but that it worked.
    template <typename Write> Result<void> order(Message message, const CallOptions& options, Write write) {
        const auto reply = call(std::move(message), options, timeFor(options, shortCall), write);
        return reply ? Result<void>() : Result<void>(reply.error());
    }

    Result<Values> allProperties(const char* path, const char* interface, const CallOptions& options) {
        const auto reply = call(methodCall(path, propertiesInterface, "GetAll"), options, timeFor(options, shortCall),
                                [&](Writer& writer) { writer.string(interface); });
        if (!reply) {
            return reply.error();
        }
        Reader reader(reply.value().get());
        Values values = reader.values();
        return reader.ok() ? Result<Values>(std::move(values)) : malformedReply("GetAll");
    }

    Result<ExitStatus> askForExit(const Sandbox& sandbox, const CallOptions& options) {
        const auto reply =
            call(sandboxCall(sandbox, "Wait"), options, std::nullopt, [](Writer& writer) { writer.uint64(0); });
        return reply ? readExit(reply.value().get()) : Result<ExitStatus>(reply.error());
    }

    Bus bus;
};

Connection::Connection(std::unique_ptr<Private> d) : d_(std::move(d)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open() {
    Result<Bus> bus = Bus::open();
    if (!bus) {
        return std::move(bus).error();
    }
    return Connection(std::make_unique<Private>(std::move(bus).value()));
}

Result<Sandbox> Connection::spawn(const Spec& spec, const CallOptions& options) {
    Result<Message> message = encodeSpawn(spec.fields());
    if (!message) {
        return std::move(message).error();
    }
    const auto limit = timeFor(options, startTime(spec.fields()));
    const auto reply = d_->bus.call(std::move(message).value(), options, limit);
    return reply ? readSpawned(reply.value().get()) : Result<Sandbox>(reply.error());
}

Result<std::vector<SandboxSummary>> Connection::list(bool allUsers, const CallOptions& options) {
    const auto reply = d_->call(methodCall(managerPath, managerInterface, "ListSandboxes"), options,
                                timeFor(options, shortCall), [&](Writer& writer) {
                                    writer.array("{sv}", [&](Writer& filter) {
                                        if (allUsers) {
                                            filter.option("all", "b", [](Writer& value) { value.boolean(true); });
                                        }
                                    });
                                });
    if (!reply) {
        return reply.error();
    }
    std::vector<SandboxSummary> all;
    Reader reader(reply.value().get());
    reader.array([&](Reader& list) { all.push_back(readSummary(list)); });
    return reader.ok() ? Result<std::vector<SandboxSummary>>(std::move(all)) : malformedReply("ListSandboxes");
}

Result<Sandbox> Connection::get(std::string_view id, const CallOptions& options) {
    const std::string text(id);
    if (!isString(text)) {
        return localError(ErrorKind::invalidRequest, "id: not a text in UTF-8");
    }
    const auto found = d_->call(methodCall(managerPath, managerInterface, "GetSandbox"), options,
                                timeFor(options, shortCall), [&](Writer& writer) { writer.string(text); });
    if (!found) {
        return found.error();
    }
    Sandbox sandbox;
    sandbox.id = text;
    sandbox.path = Reader(found.value().get()).text(DBUS_TYPE_OBJECT_PATH);
    const auto pidfd = d_->call(sandboxCall(sandbox, "GetPIDFD"), options, timeFor(options, shortCall), [](Writer&) {});
    if (!pidfd && pidfd.error().name != "org.sandboxd1.Error.NotRunning") {
        return pidfd.error();
    }
    if (pidfd) {
        sandbox.pidfd = Reader(pidfd.value().get()).descriptor();
    }
    return sandbox;
}

Result<Values> Connection::properties(const Sandbox& sandbox, const CallOptions& options) {
    if (!dbus_validate_path(sandbox.path.c_str(), nullptr)) {
        return localError(ErrorKind::invalidRequest, "path: not the path of a sandbox");
    }
    return d_->allProperties(sandbox.path.c_str(), sandboxInterface, options);
}

Result<void> Connection::kill(const Sandbox& sandbox, int signal, const CallOptions& options) {
    return d_->order(sandboxCall(sandbox, "Kill"), options, [&](Writer& writer) {
        writer.string("leader");
        writer.int32(signal);
    });
}

Result<void> Connection::killAll(const Sandbox& sandbox, const CallOptions& options) {
    return d_->order(sandboxCall(sandbox, "Kill"), options, [&](Writer& writer) {
        writer.string("all");
        writer.int32(9); // SIGKILL: the daemon takes no other for all
    });
}

Result<void> Connection::terminate(const Sandbox& sandbox, std::chrono::microseconds grace,
                                   const CallOptions& options) {
    return d_->order(sandboxCall(sandbox, "Terminate"), options, [&](Writer& writer) {
        writer.uint64(static_cast<std::uint64_t>(std::max<std::int64_t>(grace.count(), 0)));
    });
}

Result<ExitStatus> Connection::wait(const Sandbox& sandbox, const CallOptions& options) {
    if (sandbox.pidfd) {
        Result<std::optional<ExitStatus>> ended = awaitByPidfd(sandbox.pidfd.get(), options.cancelFd);
        if (!ended) {
            return std::move(ended).error();
        }
        if (ended.value()) {
            return *ended.value();
        }
    }
    return d_->askForExit(sandbox, options);
}

Result<Values> Connection::daemonProperties(const CallOptions& options) {
    return d_->allProperties(managerPath, managerInterface, options);
}

} // namespace sandboxd::client
