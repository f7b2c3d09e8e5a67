#include "plan_block.hpp"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <utility>

namespace sandboxd::kernel_test {

namespace {

class Writer {
public:
    explicit Writer(std::size_t start) : bytes_(start) {}

    wire::Offset text(const std::string& value) {
        const auto offset = static_cast<wire::Offset>(bytes_.size());
        append(value.c_str(), value.size() + 1);
        return offset;
    }

    wire::Offset textOrAbsent(const std::string& value) { return value.empty() ? 0 : text(value); }

    std::vector<wire::Offset> texts(const std::vector<std::string>& values) {
        std::vector<wire::Offset> offsets;
        for (const std::string& value : values) {
            offsets.push_back(text(value));
        }
        return offsets;
    }

    template <typename T> wire::Table table(const std::vector<T>& rows) {
        while (bytes_.size() % 8 != 0) {
            bytes_.push_back(std::byte{0});
        }
        const wire::Table table{static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(rows.size())};
        append(rows.data(), rows.size() * sizeof(T));
        return table;
    }

    wire::Offset raw(const std::string& content) {
        const auto offset = static_cast<wire::Offset>(bytes_.size());
        append(content.data(), content.size());
        return offset;
    }

    std::vector<std::byte> finish(wire::Header header) {
        header.size = static_cast<std::uint32_t>(bytes_.size());
        std::memcpy(bytes_.data(), &header, sizeof header);
        return std::move(bytes_);
    }

private:
    void append(const void* data, std::size_t size) {
        const auto* first = static_cast<const std::byte*>(data);
        bytes_.insert(bytes_.end(), first, first + size);
    }

    std::vector<std::byte> bytes_;
};

wire::MountStep encodeStep(Writer& writer, const MountOperation& operation) {
    wire::MountStep step{};
    step.kind = static_cast<std::uint32_t>(operation.kind);
    step.flags = operation.flags;
    step.target = writer.text(operation.target);
    step.source = writer.textOrAbsent(operation.source);
    step.fd = operation.fd;
    step.mode = operation.mode;
    step.contentOffset = writer.raw(operation.content);
    step.contentSize = static_cast<std::uint32_t>(operation.content.size());
    step.size = operation.size;
    step.lowers = operation.lowers.empty() ? wire::Table{} : writer.table(writer.texts(operation.lowers));
    step.work = writer.textOrAbsent(operation.work);
    return step;
}

} // namespace

PlanBlock::PlanBlock(std::uint32_t uid, std::uint32_t gid) {
    header.magic = wire::planMagic;
    header.version = wire::planVersion;
    header.uid = uid;
    header.gid = gid;
    header.insideUid = uid;
    header.insideGid = gid;
    header.namespaces = wire::knownNamespaceFlags & ~unsigned{wire::unshareTime};
    header.network = static_cast<std::uint32_t>(wire::Network::loopback);
    header.lifeline = -1;
    header.terminal = header.fdSocket = header.info = header.status = header.block = header.sync = -1;
    header.process = wire::processNewSession;
    header.setupTimeoutUsec = 20'000'000;
    filter = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    idleFilter = filter;
}

PlanBlock& PlanBlock::run(std::vector<std::string> command) {
    program = command.front();
    arguments = std::move(command);
    return *this;
}

PlanBlock& PlanBlock::as(wire::IdentityKind identity, std::uint64_t capabilities) {
    header.identity = static_cast<std::uint32_t>(identity);
    header.capabilities = capabilities;
    return *this;
}

PlanBlock& PlanBlock::add(MountOperation operation) {
    mounts.push_back(std::move(operation));
    return *this;
}

PlanBlock& PlanBlock::bindReadOnly(const std::string& path) {
    return add({wire::MountKind::bind, path, path, wire::mountReadOnly | wire::mountRecursive});
}

std::vector<std::byte> PlanBlock::bytes() const {
    Writer writer(sizeof(wire::Header));
    wire::Header result = header;
    result.program = writer.text(program);
    result.workingDirectory = writer.textOrAbsent(workingDirectory);
    result.hostname = writer.textOrAbsent(hostname);
    result.label = writer.textOrAbsent(label);
    result.arguments = writer.table(writer.texts(arguments));
    result.environment = writer.table(writer.texts(environment));
    result.groups = writer.table(groups);
    std::vector<wire::MountStep> steps;
    for (const MountOperation& operation : mounts) {
        steps.push_back(encodeStep(writer, operation));
    }
    result.mounts = writer.table(steps);
    result.fds = writer.table(fds);
    result.filter = writer.table(filter);
    result.idleFilter = writer.table(idleFilter);
    result.callerFilters = writer.table(callerFilters);
    return writer.finish(result);
}

int unsealedMemfd(const std::vector<std::byte>& bytes) {
    const int fd = ::memfd_create("test-plan", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || ::write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
        throw std::runtime_error("cannot write a memfd");
    }
    return fd;
}

int sealedMemfd(const std::vector<std::byte>& bytes) {
    const int fd = unsealedMemfd(bytes);
    if (::fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        throw std::runtime_error("cannot seal a memfd");
    }
    return fd;
}

} // namespace sandboxd::kernel_test
