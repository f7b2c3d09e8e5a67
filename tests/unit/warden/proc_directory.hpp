// A directory with files that look like those of /proc/PID, for the parsers that read them by name.
#pragma once

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace sandboxd::warden {

class ProcDirectory {
public:
    ProcDirectory() {
        char name[] = "/tmp/sandboxd-unit-XXXXXX";
        if (::mkdtemp(name) == nullptr) {
            throw std::runtime_error("cannot make a directory");
        }
        path_ = name;
        fd_.reset(::open(name, O_PATH | O_DIRECTORY | O_CLOEXEC));
    }
    ~ProcDirectory() { std::filesystem::remove_all(path_); }
    ProcDirectory(const ProcDirectory&) = delete;
    ProcDirectory& operator=(const ProcDirectory&) = delete;

    ProcDirectory& write(const std::string& name, const std::string& content) {
        std::ofstream(path_ + "/" + name) << content;
        return *this;
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file(path_ + "/" + name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
    UniqueFd fd_;
};

} // namespace sandboxd::warden
