#include "engine/convert_mount.hpp"

#include "spec/parse.hpp"

namespace sandboxd::engine {
namespace {

// Takes the values of one operation out of their checks; the first that fails is the answer.
class Converter {
public:
    Converter(std::size_t index, DescriptorTable& descriptors)
        : place_("mounts: operation " + std::to_string(index) + ": "), descriptors_(descriptors) {}

    Result<spec::MountOperation> operator()(const client::Bind& bind) {
        const auto source = spec::CallerPath::parse(place_ + "source", bind.source);
        return source ? withTarget(bind.target,
                                   [&](auto target) {
                                       return spec::Bind{source.value(), std::move(target), bind.readOnly,
                                                         bind.devices,   bind.optional,     bind.recursive};
                                   })
                      : source.error();
    }
    Result<spec::MountOperation> operator()(const client::BindDescriptor& bind) {
        return withTarget(bind.target, [&](auto target) {
            return spec::Bind{spec::RequestFd{descriptors_.add(bind.source)}, std::move(target), bind.readOnly,
                              bind.devices};
        });
    }
    Result<spec::MountOperation> operator()(const client::Tmpfs& tmpfs) {
        return withMode(tmpfs, [&](auto target, std::uint32_t mode) {
            return spec::Tmpfs{std::move(target), mode, tmpfs.size};
        });
    }
    Result<spec::MountOperation> operator()(const client::Directory& directory) {
        return withMode(directory, [](auto target, std::uint32_t mode) {
            return spec::Directory{std::move(target), mode};
        });
    }
    Result<spec::MountOperation> operator()(const client::File& file) {
        return withMode(file, [&](auto target, std::uint32_t mode) {
            return spec::File{std::move(target), contentOf(file), mode};
        });
    }
    Result<spec::MountOperation> operator()(const client::BindFile& file) {
        return withMode(file, [&](auto target, std::uint32_t mode) {
            return spec::BindFile{std::move(target), contentOf(file), mode, file.readOnly};
        });
    }
    Result<spec::MountOperation> operator()(const client::Chmod& chmod) {
        return withMode(chmod, [](auto target, std::uint32_t mode) { return spec::Chmod{std::move(target), mode}; });
    }
    Result<spec::MountOperation> operator()(const client::Symlink& link) {
        const auto text = spec::parseLinkText(place_ + "source", link.text);
        return text ? withTarget(link.target,
                                 [&](auto target) {
                                     return spec::Symlink{std::move(target), text.value()};
                                 })
                    : text.error();
    }
    Result<spec::MountOperation> operator()(const client::Overlay& overlay);
    Result<spec::MountOperation> operator()(const client::Proc& it) { return onTarget<spec::Proc>(it); }
    Result<spec::MountOperation> operator()(const client::Dev& it) { return onTarget<spec::Dev>(it); }
    Result<spec::MountOperation> operator()(const client::Devpts& it) { return onTarget<spec::Devpts>(it); }
    Result<spec::MountOperation> operator()(const client::Mqueue& it) { return onTarget<spec::Mqueue>(it); }
    Result<spec::MountOperation> operator()(const client::Sysfs& it) { return onTarget<spec::Sysfs>(it); }
    Result<spec::MountOperation> operator()(const client::RemountReadOnly& it) {
        return onTarget<spec::RemountReadOnly>(it);
    }
    Result<spec::MountOperation> operator()(const client::Mask& it) { return onTarget<spec::Mask>(it); }
    Result<spec::MountOperation> operator()(const client::LockFile& it) { return onTarget<spec::LockFile>(it); }

private:
    // `make`: the operation on its checked target.
    template <typename Make> Result<spec::MountOperation> withTarget(const std::string& text, Make make) {
        Result<spec::AbsolutePath> target = spec::AbsolutePath::parse(place_ + "target", text);
        if (!target) {
            return std::move(target).error();
        }
        return spec::MountOperation(make(std::move(target).value()));
    }

    template <typename Operation, typename Make>
    Result<spec::MountOperation> withMode(const Operation& operation, Make make) {
        const Result<std::uint32_t> mode = spec::parseMode(place_ + "mode", operation.mode);
        if (!mode) {
            return mode.error();
        }
        return withTarget(operation.target, [&](auto target) { return make(std::move(target), mode.value()); });
    }

    template <typename Made, typename Operation> Result<spec::MountOperation> onTarget(const Operation& operation) {
        return withTarget(operation.target, [](auto target) { return Made{std::move(target)}; });
    }

    template <typename Operation> spec::Content contentOf(const Operation& file) {
        if (file.descriptor >= 0) {
            return spec::RequestFd{descriptors_.add(file.descriptor)};
        }
        return file.content;
    }

    std::string place_;
    DescriptorTable& descriptors_;
};

spec::Overlay::Kind kindOf(client::OverlayKind kind) {
    switch (kind) {
    case client::OverlayKind::readOnly:
        return spec::Overlay::Kind::readOnly;
    case client::OverlayKind::temporary:
        return spec::Overlay::Kind::temporary;
    case client::OverlayKind::writable:
        return spec::Overlay::Kind::writable;
    }
    return spec::Overlay::Kind::readOnly;
}

Result<void> takePath(const std::string& place, const std::optional<std::string>& text,
                      std::optional<spec::CallerPath>& path) {
    if (!text) {
        return {};
    }
    const auto parsed = spec::CallerPath::parse(place, *text);
    if (!parsed) {
        return parsed.error();
    }
    path = parsed.value();
    return {};
}

Result<spec::MountOperation> Converter::operator()(const client::Overlay& overlay) {
    std::vector<spec::CallerPath> lower;
    for (const std::string& text : overlay.lower) {
        const auto layer = spec::CallerPath::parse(place_ + "lower", text);
        if (!layer) {
            return layer.error();
        }
        lower.push_back(layer.value());
    }
    std::optional<spec::CallerPath> upper;
    std::optional<spec::CallerPath> work;
    if (Result<void> taken = takePath(place_ + "upper", overlay.upper, upper); !taken) {
        return std::move(taken).error();
    }
    if (Result<void> taken = takePath(place_ + "work", overlay.work, work); !taken) {
        return std::move(taken).error();
    }
    return withTarget(overlay.target, [&](auto target) {
        return spec::Overlay{std::move(lower), std::move(target), kindOf(overlay.kind), std::move(upper),
                             std::move(work)};
    });
}

} // namespace

Result<spec::MountOperation> convertMount(const client::MountOperation& operation, std::size_t index,
                                          DescriptorTable& descriptors) {
    return std::visit(Converter(index, descriptors), operation);
}

} // namespace sandboxd::engine
