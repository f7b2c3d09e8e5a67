#include "bus/decode_mount.hpp"

#include "spec/option_keys.hpp"
#include "spec/parse.hpp"

#include <optional>

namespace sandboxd::bus {

namespace {

using Source = std::variant<spec::CallerPath, spec::BindFd>;

// What the keys of one operation said, before it is known whether they are enough.
struct Fields {
    std::optional<spec::AbsolutePath> target;
    std::optional<Source> source;
    std::optional<std::string> linkText;
    std::string content;
    std::optional<std::uint32_t> mode;
    std::uint64_t size = 0;
    bool readOnly = false;
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
        : reader_(reader), prefix_("mounts[" + std::to_string(index) + "]") {}

    Result<spec::MountOperation> decode() {
        auto read = reader_.structure(prefix_, "sa{sv}", [this]() -> Result<void> { return readContents(); });
        if (!read) {
            return std::move(read).error();
        }
        return build();
    }

private:
    Result<void> readContents() {
        if (auto name = put(reader_.text(prefix_), name_); !name) {
            return name;
        }
        if (auto known = spec::checkMountName(name_); !known) {
            return known;
        }
        return reader_.dictionary(prefix_, [this](const std::string& key) { return readKey(key); });
    }

    Result<void> readKey(const std::string& key) {
        if (auto known = spec::checkMountKey(name_, key); !known) {
            return known;
        }
        const std::string place = prefix_ + "." + key;
        if (key == "target") {
            return readTarget(place);
        }
        if (key == "source") {
            return name_ == "symlink" ? readLinkText(place) : readSource(place);
        }
        if (key == "content") {
            return put(reader_.bytes(place), fields_.content);
        }
        if (key == "mode") {
            return readMode(place);
        }
        if (key == "size") {
            return put(reader_.longNumber(place), fields_.size);
        }
        return put(reader_.truth(place), fields_.readOnly);
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
        if (reader_.type() == "h") {
            Result<std::uint32_t> index = reader_.fd(place);
            if (!index) {
                return std::move(index).error();
            }
            fields_.source = spec::BindFd{index.value()};
            return {};
        }
        Result<std::string> text = readText(place);
        if (!text) {
            return std::move(text).error();
        }
        return put(spec::CallerPath::parse(place, text.value()), fields_.source);
    }

    Result<void> readLinkText(const std::string& place) {
        Result<std::string> raw = reader_.bytes(place);
        return raw ? put(spec::parseLinkText(place, raw.value()), fields_.linkText) : Result<void>(raw.error());
    }

    Result<void> readMode(const std::string& place) {
        Result<std::uint32_t> raw = reader_.number(place);
        return raw ? put(spec::parseMode(place, raw.value()), fields_.mode) : Result<void>(raw.error());
    }

    Error missing(const char* key) const { return {ErrorCode::invalidOption, prefix_ + "." + key + ": is missing"}; }

    Result<spec::MountOperation> build() {
        if (!fields_.target) {
            return missing("target");
        }
        const spec::AbsolutePath& target = *fields_.target;
        if (name_ == "bind") {
            return fields_.source ? Result<spec::MountOperation>(spec::Bind{*fields_.source, target, fields_.readOnly})
                                  : Result<spec::MountOperation>(missing("source"));
        }
        if (name_ == "symlink") {
            return fields_.linkText ? Result<spec::MountOperation>(spec::Symlink{target, *fields_.linkText})
                                    : Result<spec::MountOperation>(missing("source"));
        }
        return buildPlain(target);
    }

    Result<spec::MountOperation> buildPlain(const spec::AbsolutePath& target) {
        if (name_ == "tmpfs") {
            return spec::MountOperation(spec::Tmpfs{target, fields_.mode.value_or(0755), fields_.size});
        }
        if (name_ == "proc") {
            return spec::MountOperation(spec::Proc{target});
        }
        if (name_ == "dev") {
            return spec::MountOperation(spec::Dev{target});
        }
        if (name_ == "devpts") {
            return spec::MountOperation(spec::Devpts{target});
        }
        if (name_ == "directory") {
            return spec::MountOperation(spec::Directory{target, fields_.mode.value_or(0755)});
        }
        if (name_ == "file") {
            return spec::MountOperation(spec::File{target, fields_.content, fields_.mode.value_or(0644)});
        }
        return spec::MountOperation(spec::RemountReadOnly{target});
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
