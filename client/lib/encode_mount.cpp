#include "encode_mount.hpp"

namespace sandboxd::client {
namespace {

void writeBytes(Writer& options, const char* key, const std::string& text) {
    options.option(key, "ay", [&](Writer& value) { value.bytes(text); });
}

void writeMode(Writer& options, std::uint32_t mode) {
    options.option("mode", "u", [&](Writer& value) { value.uint32(mode); });
}

// A daemon that does not know a key refuses it: what is the default anyway is not sent.
void writeFlag(Writer& options, const char* key, bool wanted, bool byDefault = false) {
    if (wanted != byDefault) {
        options.option(key, "b", [&](Writer& value) { value.boolean(wanted); });
    }
}

void writeContent(Writer& options, const std::string& content, int descriptor) {
    if (descriptor < 0) {
        writeBytes(options, "content", content);
        return;
    }
    options.option("content", "h", [&](Writer& value) { value.descriptor(descriptor); });
}

void writeLayers(Writer& options, const std::vector<std::string>& lower) {
    options.option("lower", "aay", [&](Writer& value) {
        value.array("ay", [&](Writer& list) {
            for (const std::string& layer : lower) {
                list.bytes(layer);
            }
        });
    });
}

// The keys of each operation besides `target`.
struct WriteKeys {
    Writer& options;

    void operator()(const Bind& bind) const {
        writeBytes(options, "source", bind.source);
        writeFlag(options, "read-only", bind.readOnly);
        writeFlag(options, "devices", bind.devices);
        writeFlag(options, "optional", bind.optional);
        writeFlag(options, "recursive", bind.recursive, true);
    }
    void operator()(const BindDescriptor& bind) const {
        options.option("source", "h", [&](Writer& value) { value.descriptor(bind.source); });
        writeFlag(options, "read-only", bind.readOnly);
        writeFlag(options, "devices", bind.devices);
    }
    void operator()(const Tmpfs& tmpfs) const {
        writeMode(options, tmpfs.mode);
        if (tmpfs.size != 0) {
            options.option("size", "t", [&](Writer& value) { value.uint64(tmpfs.size); });
        }
    }
    void operator()(const Directory& directory) const { writeMode(options, directory.mode); }
    void operator()(const File& file) const {
        writeContent(options, file.content, file.descriptor);
        writeMode(options, file.mode);
    }
    void operator()(const BindFile& file) const {
        writeContent(options, file.content, file.descriptor);
        writeMode(options, file.mode);
        writeFlag(options, "read-only", file.readOnly);
    }
    void operator()(const Overlay& overlay) const {
        writeLayers(options, overlay.lower);
        if (overlay.upper) {
            writeBytes(options, "upper", *overlay.upper);
        }
        if (overlay.work) {
            writeBytes(options, "work", *overlay.work);
        }
        writeFlag(options, "tmp", overlay.kind == OverlayKind::temporary);
        writeFlag(options, "read-only", overlay.kind == OverlayKind::readOnly);
    }
    void operator()(const Chmod& chmod) const { writeMode(options, chmod.mode); }
    void operator()(const Symlink& link) const { writeBytes(options, "source", link.text); }
    void operator()(const Proc&) const {}
    void operator()(const Dev&) const {}
    void operator()(const Devpts&) const {}
    void operator()(const Mqueue&) const {}
    void operator()(const Sysfs&) const {}
    void operator()(const RemountReadOnly&) const {}
    void operator()(const Mask&) const {}
    void operator()(const LockFile&) const {}
};

struct NameOf {
    const char* operator()(const Bind&) const { return "bind"; }
    const char* operator()(const BindDescriptor&) const { return "bind"; }
    const char* operator()(const Tmpfs&) const { return "tmpfs"; }
    const char* operator()(const Proc&) const { return "proc"; }
    const char* operator()(const Dev&) const { return "dev"; }
    const char* operator()(const Devpts&) const { return "devpts"; }
    const char* operator()(const Directory&) const { return "directory"; }
    const char* operator()(const File&) const { return "file"; }
    const char* operator()(const Symlink&) const { return "symlink"; }
    const char* operator()(const RemountReadOnly&) const { return "remount-read-only"; }
    const char* operator()(const Mqueue&) const { return "mqueue"; }
    const char* operator()(const Sysfs&) const { return "sysfs"; }
    const char* operator()(const Overlay&) const { return "overlay"; }
    const char* operator()(const BindFile&) const { return "bind-file"; }
    const char* operator()(const Chmod&) const { return "chmod"; }
    const char* operator()(const Mask&) const { return "mask"; }
    const char* operator()(const LockFile&) const { return "lock-file"; }
};

} // namespace

void writeMount(Writer& list, const MountOperation& operation) {
    list.structure([&](Writer& fields) {
        fields.string(std::visit(NameOf{}, operation));
        fields.array("{sv}", [&](Writer& options) {
            std::visit([&](const auto& one) { writeBytes(options, "target", one.target); }, operation);
            std::visit(WriteKeys{options}, operation);
        });
    });
}

} // namespace sandboxd::client
