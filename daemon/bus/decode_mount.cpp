#include "bus/decode_mount.hpp"

#include "spec/option_keys.hpp"
#include "spec/parse.hpp"

#include <map>
#include <optional>

namespace sandboxd::bus {

namespace {

using Source = std::variant<spec::CallerPath, spec::RequestFd>;

// What the keys of one operation said, before it is known whether they are enough.
struct Fields {
    std::optional<spec::AbsolutePath> target;
    std::optional<Source> source;
    std::optional<std::string> linkText;
    spec::Content content;
    std::vector<spec::CallerPath> lower;
    std::optional<spec::CallerPath> upper;
    std::optional<spec::CallerPath> work;
    bool temporary = false;
    std::optional<std::uint32_t> mode;
    std::uint64_t size = 0;
    bool readOnly = false;
    bool devices = false;
    bool optional = false;
    bool recursive = true;
};

template <typename Value, typename Member> Result<void> put(Result<Value> value, Member& member) {
    if (!value) {
        return std::move(value).error();
    }
    member = std::move(value).value();
    return {};
}

class MountDecoder {
public:
    MountDecoder(Reader& reader, std::size_t index)
        : reader_(reader), prefix_("mounts: operation " + std::to_string(index)) {}

    Result<spec::MountOperation> decode() {
        auto read = reader_.structure(prefix_, "sa{sv}", [this]() -> Result<void> { return readContents(); });
        if (!read) {
            return std::move(read).error();
        }
        return build();
    }

private:
    using Read = Result<void> (MountDecoder::*)(const std::string& place);
    using Build = Result<spec::MountOperation> (MountDecoder::*)(const spec::AbsolutePath& target);

    Result<void> readContents() {
        if (auto name = put(reader_.text(prefix_), name_); !name) {
            return name;
        }
        if (auto known = named(spec::checkMountName(name_)); !known) {
            return known;
        }
        return named(reader_.dictionary(prefix_, [this](const std::string& key) { return readKey(key); }));
    }

    Result<void> readKey(const std::string& key) {
        static const std::map<std::string_view, Read> readers{
            {"content", &MountDecoder::readContent},    {"devices", &MountDecoder::readDevices},
            {"lower", &MountDecoder::readLower},        {"tmp", &MountDecoder::readTemporary},
            {"upper", &MountDecoder::readUpper},        {"work", &MountDecoder::readWork},
            {"mode", &MountDecoder::readMode},          {"optional", &MountDecoder::readOptional},
            {"read-only", &MountDecoder::readReadOnly}, {"recursive", &MountDecoder::readRecursive},
            {"size", &MountDecoder::readSize},          {"source", &MountDecoder::readSource},
            {"target", &MountDecoder::readTarget},
        };
        if (auto known = spec::checkMountKey(name_, key); !known) {
            return known;
        }
        const auto reader = readers.find(key);
        if (reader == readers.end()) {
            return Error{ErrorCode::notSupported, prefix_ + ": " + key + ": not supported"};
        }
        return (this->*reader->second)(prefix_ + ": " + key);
    }

    // The message, which begins with the operation whoever wrote it.
    Result<void> named(Result<void> result) const {
        if (result || result.error().message.starts_with(prefix_)) {
            return result;
        }
        constexpr std::string_view option = "mounts: ";
        std::string message = result.error().message;
        message.erase(0, message.starts_with(option) ? option.size() : 0);
        return Error{result.error().code, prefix_ + ": " + message};
    }

    Result<std::string> readText(const std::string& place) {
        Result<std::string> raw = reader_.bytes(place);
        return raw ? spec::parseBytes(place, raw.value()) : raw;
    }

    Result<void> readTarget(const std::string& place) {
        Result<std::string> text = readText(place);
        if (!text) {
            return std::move(text).error();
        }
        return put(spec::AbsolutePath::parse(place, text.value()), fields_.target);
    }

    Result<void> readSource(const std::string& place) {
        if (name_ == "symlink") {
            return readLinkText(place);
        }
        if (reader_.type() == "h") {
            return readFd(place, fields_.source);
        }
        return readPath(place, fields_.source);
    }

    template <typename Member> Result<void> readFd(const std::string& place, Member& member) {
        Result<std::uint32_t> index = reader_.fd(place);
        if (!index) {
            return std::move(index).error();
        }
        member = spec::RequestFd{index.value()};
        return {};
    }

    static Result<spec::CallerPath> parsePath(const std::string& place, const std::string& raw) {
        Result<std::string> text = spec::parseBytes(place, raw);
        return text ? spec::CallerPath::parse(place, text.value()) : Result<spec::CallerPath>(text.error());
    }

    template <typename Member> Result<void> readPath(const std::string& place, Member& member) {
        Result<std::string> raw = reader_.bytes(place);
        return raw ? put(parsePath(place, raw.value()), member) : Result<void>(raw.error());
    }

    Result<void> readLinkText(const std::string& place) {
        Result<std::string> raw = reader_.bytes(place);
        return raw ? put(spec::parseLinkText(place, raw.value()), fields_.linkText) : Result<void>(raw.error());
    }

    Result<void> readMode(const std::string& place) {
        Result<std::uint32_t> raw = reader_.number(place);
        return raw ? put(spec::parseMode(place, raw.value()), fields_.mode) : Result<void>(raw.error());
    }

    Result<void> readContent(const std::string& place) {
        if (reader_.type() == "h") {
            return readFd(place, fields_.content);
        }
        return put(reader_.bytes(place), fields_.content);
    }

    Result<void> readLower(const std::string& place) {
        constexpr std::size_t most = 500; // what the kernel stacks
        Result<std::vector<std::string>> layers = reader_.byteStrings(place, most);
        if (!layers) {
            return std::move(layers).error();
        }
        for (const std::string& layer : layers.value()) {
            Result<spec::CallerPath> path = parsePath(place, layer);
            if (!path) {
                return std::move(path).error();
            }
            fields_.lower.push_back(std::move(path).value());
        }
        return {};
    }

    Result<void> readUpper(const std::string& place) { return readPath(place, fields_.upper); }
    Result<void> readWork(const std::string& place) { return readPath(place, fields_.work); }
    Result<void> readTemporary(const std::string& place) { return put(reader_.truth(place), fields_.temporary); }
    Result<void> readSize(const std::string& place) { return put(reader_.longNumber(place), fields_.size); }
    Result<void> readReadOnly(const std::string& place) { return put(reader_.truth(place), fields_.readOnly); }
    Result<void> readDevices(const std::string& place) { return put(reader_.truth(place), fields_.devices); }
    Result<void> readOptional(const std::string& place) { return put(reader_.truth(place), fields_.optional); }
    Result<void> readRecursive(const std::string& place) { return put(reader_.truth(place), fields_.recursive); }

    Error missing(const char* key) const { return {ErrorCode::invalidOption, prefix_ + ": " + key + ": is missing"}; }

    Result<spec::MountOperation> build() {
        static const std::map<std::string_view, Build> builders{
            {"bind", &MountDecoder::buildBind},
            {"bind-file", &MountDecoder::buildBindFile},
            {"chmod", &MountDecoder::buildChmod},
            {"dev", &MountDecoder::buildPlain<spec::Dev>},
            {"devpts", &MountDecoder::buildPlain<spec::Devpts>},
            {"directory", &MountDecoder::buildDirectory},
            {"file", &MountDecoder::buildFile},
            {"lock-file", &MountDecoder::buildPlain<spec::LockFile>},
            {"mask", &MountDecoder::buildPlain<spec::Mask>},
            {"mqueue", &MountDecoder::buildPlain<spec::Mqueue>},
            {"overlay", &MountDecoder::buildOverlay},
            {"proc", &MountDecoder::buildPlain<spec::Proc>},
            {"remount-read-only", &MountDecoder::buildPlain<spec::RemountReadOnly>},
            {"symlink", &MountDecoder::buildSymlink},
            {"sysfs", &MountDecoder::buildPlain<spec::Sysfs>},
            {"tmpfs", &MountDecoder::buildTmpfs},
        };
        const auto builder = builders.find(name_);
        if (builder == builders.end()) {
            return Error{ErrorCode::notSupported, prefix_ + ": not supported"};
        }
        return fields_.target ? (this->*builder->second)(*fields_.target) : missing("target");
    }

    template <typename Operation> Result<spec::MountOperation> buildPlain(const spec::AbsolutePath& target) {
        return spec::MountOperation(Operation{target});
    }
    Result<spec::MountOperation> buildBind(const spec::AbsolutePath& target) {
        if (!fields_.source) {
            return missing("source");
        }
        return spec::MountOperation(spec::Bind{*fields_.source, target, fields_.readOnly, fields_.devices,
                                               fields_.optional, fields_.recursive});
    }
    Result<spec::MountOperation> buildSymlink(const spec::AbsolutePath& target) {
        if (!fields_.linkText) {
            return missing("source");
        }
        return spec::MountOperation(spec::Symlink{target, *fields_.linkText});
    }
    Result<spec::MountOperation> buildTmpfs(const spec::AbsolutePath& target) {
        return spec::MountOperation(spec::Tmpfs{target, fields_.mode.value_or(0755), fields_.size});
    }
    Result<spec::MountOperation> buildDirectory(const spec::AbsolutePath& target) {
        return spec::MountOperation(spec::Directory{target, fields_.mode.value_or(0755)});
    }
    Result<spec::MountOperation> buildFile(const spec::AbsolutePath& target) {
        return spec::MountOperation(spec::File{target, fields_.content, fields_.mode.value_or(0644)});
    }

    Result<spec::MountOperation> buildBindFile(const spec::AbsolutePath& target) {
        return spec::MountOperation(
            spec::BindFile{target, fields_.content, fields_.mode.value_or(0600), fields_.readOnly});
    }
    Result<spec::MountOperation> buildChmod(const spec::AbsolutePath& target) {
        return fields_.mode ? Result<spec::MountOperation>(spec::Chmod{target, *fields_.mode})
                            : Result<spec::MountOperation>(missing("mode"));
    }

    // Exactly one of upper with work, tmp and read-only says what becomes of writes.
    Result<spec::MountOperation> buildOverlay(const spec::AbsolutePath& target) {
        using Kind = spec::Overlay::Kind;
        if (fields_.lower.empty()) {
            return missing("lower");
        }
        if (fields_.upper.has_value() != fields_.work.has_value()) {
            return missing(fields_.upper ? "work" : "upper");
        }
        if (int{fields_.upper.has_value()} + int{fields_.temporary} + int{fields_.readOnly} != 1) {
            return Error{ErrorCode::conflictingOptions,
                         prefix_ + ": an overlay has either upper and work, or tmp, or read-only"};
        }
        const Kind kind = fields_.upper ? Kind::writable : fields_.temporary ? Kind::temporary : Kind::readOnly;
        return spec::MountOperation(spec::Overlay{fields_.lower, target, kind, fields_.upper, fields_.work});
    }

    Reader& reader_;
    std::string prefix_;
    std::string name_;
    Fields fields_;
};

} // namespace

Result<spec::MountOperation> decodeMount(Reader& reader, std::size_t index) {
    return MountDecoder(reader, index).decode();
}

} // namespace sandboxd::bus
