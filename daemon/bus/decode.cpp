#include "bus/decode.hpp"

#include "base/quote.hpp"
#include "bus/decode_mount.hpp"
#include "bus/reader.hpp"
#include "bus/sealed_strings.hpp"
#include "policy/limits.hpp"
#include "spec/option_keys.hpp"
#include "spec/parse.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace sandboxd::bus {

namespace {

template <typename Value, typename Member> Result<void> put(Result<Value> value, Member& member) {
    if (!value) {
        return std::move(value).error();
    }
    member = std::move(value).value();
    return {};
}

// Reads with `read`, then checks with `parse`.
template <typename Raw, typename Parse, typename Member>
Result<void> parsed(Result<Raw> raw, Parse parse, Member& member) {
    if (!raw) {
        return std::move(raw).error();
    }
    return put(parse(raw.value()), member);
}

class SpawnDecoder {
public:
    SpawnDecoder(sd_bus_message* message, spec::Spec& spec) : reader_(message), spec_(spec) {}

    Result<void> decode() {
        if (auto profile = put(reader_.text("profile"), spec_.profile); !profile) {
            return profile;
        }
        if (auto arguments =
                parsed(reader_.byteStrings("argv", policy::defaultLimits.arguments), spec::parseArguments, spec_.argv);
            !arguments) {
            return arguments;
        }
        if (auto fds = readFds(); !fds) {
            return fds;
        }
        auto options = reader_.dictionary("options", [this](const std::string& key) { return readOption(key); });
        spec_.fdCount = static_cast<std::uint32_t>(reader_.fds().size());
        return options ? takeEnvironment() : options;
    }

    [[nodiscard]] const std::vector<int>& fds() const noexcept { return reader_.fds(); }

private:
    Result<void> readFds() {
        constexpr std::size_t most = 253;
        return reader_.array("fds", 'a', "{uh}", most, [this](std::size_t) -> Result<void> { return readFdEntry(); });
    }

    Result<void> readFdEntry() {
        std::uint32_t number = 0;
        if (auto entered = reader_.enterEntry("fds", "uh"); !entered) {
            return entered;
        }
        if (auto read = put(reader_.number("fds"), number); !read) {
            return read;
        }
        Result<std::uint32_t> index = reader_.fd("fds");
        if (!index) {
            return std::move(index).error();
        }
        if (!spec_.fds.emplace(number, spec::FdIndex{index.value()}).second) {
            return Error{ErrorCode::duplicateOption, "fds: number " + std::to_string(number) + " given twice"};
        }
        return reader_.leaveEntry("fds");
    }

    Result<void> readOption(const std::string& key) {
        if (auto known = spec::checkOptionKey(key); !known) {
            return known;
        }
        using Read = Result<void> (SpawnDecoder::*)(const std::string&);
        static const std::map<std::string_view, Read> readers{
            {"argv-fd", &SpawnDecoder::readMoreArguments},
            {"argv0", &SpawnDecoder::readArgv0},
            {"block-fd", &SpawnDecoder::readBlock},
            {"capabilities", &SpawnDecoder::readCapabilities},
            {"cwd", &SpawnDecoder::readWorkingDirectory},
            {"description", &SpawnDecoder::readDescription},
            {"env", &SpawnDecoder::readEnvironment},
            {"env-fd", &SpawnDecoder::readMoreEnvironment},
            {"fd-socket", &SpawnDecoder::readFdSocket},
            {"gid", &SpawnDecoder::readGid},
            {"gid-map", &SpawnDecoder::readGidMap},
            {"hostname", &SpawnDecoder::readHostname},
            {"identity", &SpawnDecoder::readIdentity},
            {"info-fd", &SpawnDecoder::readInfo},
            {"init", &SpawnDecoder::readInit},
            {"lifeline", &SpawnDecoder::readLifeline},
            {"lifetime", &SpawnDecoder::readLifetime},
            {"mounts", &SpawnDecoder::readMounts},
            {"namespaces", &SpawnDecoder::readNamespaces},
            {"nested-userns", &SpawnDecoder::readNested},
            {"network", &SpawnDecoder::readNetwork},
            {"new-session", &SpawnDecoder::readNewSession},
            {"personality", &SpawnDecoder::readPersonality},
            {"require", &SpawnDecoder::readRequire},
            {"seccomp", &SpawnDecoder::readSeccomp},
            {"seccomp-fds", &SpawnDecoder::readFilters},
            {"start-timeout-usec", &SpawnDecoder::readStartTimeout},
            {"status-fd", &SpawnDecoder::readStatus},
            {"sync-fd", &SpawnDecoder::readSync},
            {"terminal", &SpawnDecoder::readTerminal},
            {"uid", &SpawnDecoder::readUid},
            {"uid-map", &SpawnDecoder::readUidMap},
        };
        const auto reader = readers.find(key);
        if (reader == readers.end()) {
            return Error{ErrorCode::notSupported, quote(key) + ": not supported"};
        }
        return (this->*reader->second)(key);
    }

    Result<std::string> readBytes(const std::string& key) {
        Result<std::string> raw = reader_.bytes(key);
        return raw ? spec::parseBytes(key, raw.value()) : raw;
    }

    Result<void> readArgv0(const std::string& key) { return put(readBytes(key), spec_.argv0); }
    Result<void> readDescription(const std::string& key) { return put(reader_.text(key), spec_.description); }
    Result<void> readHostname(const std::string& key) { return put(reader_.text(key), spec_.hostname); }
    Result<void> readPersonality(const std::string& key) { return put(reader_.number(key), spec_.personality); }
    Result<void> readRequire(const std::string& key) { return put(reader_.texts(key), spec_.require); }
    Result<void> readStartTimeout(const std::string& key) {
        return put(reader_.longNumber(key), spec_.startTimeoutUsec);
    }
    Result<void> readIdentity(const std::string& key) {
        return parsed(reader_.text(key), spec::parseIdentity, spec_.identity);
    }
    Result<void> readCapabilities(const std::string& key) {
        return parsed(reader_.texts(key), spec::parseCapabilities, spec_.capabilities);
    }
    Result<void> readNested(const std::string& key) { return put(reader_.truth(key), spec_.nestedUserNamespaces); }
    Result<void> readInit(const std::string& key) { return put(reader_.truth(key), spec_.init); }
    Result<void> readId(const std::string& key, std::optional<std::uint32_t>& id) {
        return parsed(
            reader_.number(key), [&](std::uint32_t value) { return spec::parseId(key, value); }, id);
    }
    Result<void> readUid(const std::string& key) { return readId(key, spec_.ids.uid); }
    Result<void> readGid(const std::string& key) { return readId(key, spec_.ids.gid); }
    Result<void> readUidMap(const std::string& key) { return readIdMap(key, spec_.ids.uidMap); }
    Result<void> readGidMap(const std::string& key) { return readIdMap(key, spec_.ids.gidMap); }
    Result<void> readIdMap(const std::string& key, std::optional<spec::MappedId>& map) {
        std::vector<spec::IdMapLine> lines;
        constexpr std::size_t most = 340; // UID_GID_MAP_MAX_EXTENTS, user_namespaces(7)
        auto read = reader_.array(key, 'a', "(uuu)", most, [&](std::size_t) -> Result<void> {
            return reader_.structure(key, "uuu", [&] { return readIdMapLine(key, lines.emplace_back()); });
        });
        if (!read) {
            return read;
        }
        return put(spec::parseIdMap(key, lines), map);
    }
    Result<void> readIdMapLine(const std::string& key, spec::IdMapLine& line) {
        for (std::uint32_t* field : {&line.inside, &line.outside, &line.count}) {
            if (auto read = put(reader_.number(key), *field); !read) {
                return read;
            }
        }
        return {};
    }
    Result<void> readSeccomp(const std::string& key) {
        return parsed(reader_.text(key), spec::parseSeccomp, spec_.seccomp);
    }
    Result<void> readFilters(const std::string& key) {
        return reader_.array(key, 'a', "h", policy::defaultLimits.filters, [&](std::size_t) -> Result<void> {
            Result<std::uint32_t> index = reader_.fd(key);
            if (!index) {
                return std::move(index).error();
            }
            spec_.seccompFds.push_back({index.value()});
            return {};
        });
    }
    Result<void> readLifetime(const std::string& key) {
        return parsed(reader_.text(key), spec::parseLifetime, spec_.lifetime);
    }
    Result<void> readNetwork(const std::string& key) {
        return parsed(reader_.text(key), spec::parseNetwork, spec_.network);
    }
    Result<void> readNamespaces(const std::string& key) {
        return parsed(reader_.texts(key), spec::parseNamespaces, spec_.namespaces);
    }
    Result<void> readEnvironment(const std::string& key) {
        return append(reader_.byteStrings(key, policy::defaultLimits.environment), environment_);
    }
    Result<void> readMoreEnvironment(const std::string& key) {
        return append(readSealed(key, policy::defaultLimits.environment), environment_);
    }
    Result<void> readMoreArguments(const std::string& key) {
        return append(readSealed(key, policy::defaultLimits.arguments), spec_.argv);
    }
    Result<std::vector<std::string>> readSealed(const std::string& key, std::size_t most) {
        const Result<std::uint32_t> index = reader_.fd(key);
        if (!index) {
            return index.error();
        }
        return readSealedStrings(key, reader_.fds().at(index.value()), policy::defaultLimits.planBytes, most);
    }
    static Result<void> append(Result<std::vector<std::string>> more, std::vector<std::string>& list) {
        if (!more) {
            return std::move(more).error();
        }
        std::move(more.value().begin(), more.value().end(), std::back_inserter(list));
        return {};
    }
    // When `env` and `env-fd` are both there, in whatever order they came: no name may be in both.
    Result<void> takeEnvironment() { return put(spec::parseEnvironment(environment_), spec_.environment); }
    Result<void> readFdSocket(const std::string& key) { return readFd(key, spec_.fdSocket); }
    Result<void> readWorkingDirectory(const std::string& key) {
        return parsed(
            readBytes(key), [&](const std::string& text) { return spec::AbsolutePath::parse(key, text); },
            spec_.workingDirectory);
    }
    Result<void> readFd(const std::string& key, std::optional<spec::FdIndex>& member) {
        return parsed(
            reader_.fd(key), [](std::uint32_t index) { return Result<spec::FdIndex>(spec::FdIndex{index}); }, member);
    }
    Result<void> readLifeline(const std::string& key) { return readFd(key, spec_.lifeline); }
    Result<void> readTerminal(const std::string& key) { return readFd(key, spec_.terminal); }
    Result<void> readInfo(const std::string& key) { return readFd(key, spec_.info); }
    Result<void> readStatus(const std::string& key) { return readFd(key, spec_.status); }
    Result<void> readBlock(const std::string& key) { return readFd(key, spec_.block); }
    Result<void> readSync(const std::string& key) { return readFd(key, spec_.sync); }
    Result<void> readNewSession(const std::string& key) { return put(reader_.truth(key), spec_.newSession); }
    Result<void> readMounts(const std::string& key) {
        return reader_.array(key, 'a', "(sa{sv})", policy::defaultLimits.mounts,
                             [this](std::size_t index) -> Result<void> {
                                 Result<spec::MountOperation> mount = decodeMount(reader_, index);
                                 if (!mount) {
                                     return std::move(mount).error();
                                 }
                                 spec_.mounts.push_back(std::move(mount).value());
                                 return {};
                             });
    }

    Reader reader_;
    spec::Spec& spec_;
    std::vector<std::string> environment_; // not checked yet
};

} // namespace

Result<void> decodeSpawn(sd_bus_message* message, SpawnArguments& arguments) {
    SpawnDecoder decoder(message, arguments.spec);
    Result<void> decoded = decoder.decode();
    arguments.fds = decoder.fds();
    return decoded;
}

Result<bool> decodeListFilter(sd_bus_message* message) {
    Reader reader(message);
    bool all = false;
    auto read = reader.dictionary("filter", [&](const std::string& key) -> Result<void> {
        if (key != "all") {
            return Error{ErrorCode::unknownOption, quote(key) + ": unknown key of the filter"};
        }
        return put(reader.truth(key), all);
    });
    if (!read) {
        return std::move(read).error();
    }
    return all;
}

} // namespace sandboxd::bus
