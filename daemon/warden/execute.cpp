#include "warden/execute.hpp"

#include <unistd.h>

#include <climits>
#include <cstring>

namespace sandboxd::warden {

namespace {

constexpr const char* defaultPath = "/usr/bin:/bin";

struct Vectors {
    char* arguments[wire::maxArguments + 1];
    char* environment[wire::maxEnvironment + 1];
};

void fill(const wire::PlanReader& plan, wire::View<wire::Offset> offsets, char** out) noexcept {
    for (const wire::Offset offset : offsets) {
        *out++ = const_cast<char*>(plan.text(offset)); // the kernel only reads them
    }
    *out = nullptr;
}

const char* searchPath(char* const* environment) noexcept {
    for (; *environment != nullptr; ++environment) {
        if (std::strncmp(*environment, "PATH=", 5) == 0) {
            return *environment + 5;
        }
    }
    return defaultPath;
}

// An error that lets the search go on, as execvp(3) does.
bool isNotHere(int error) noexcept {
    return error == ENOENT || error == ENOTDIR || error == EACCES;
}

int tryDirectory(const char* directory, std::size_t length, const char* program, const Vectors& vectors) noexcept {
    char path[PATH_MAX];
    const std::size_t programLength = std::strlen(program);
    if (length + programLength + 2 > sizeof path) {
        return ENAMETOOLONG;
    }
    std::memcpy(path, directory, length);
    std::size_t at = length;
    if (length > 0) { // an empty entry is the working directory
        path[at++] = '/';
    }
    std::memcpy(path + at, program, programLength + 1);
    ::execve(path, vectors.arguments, vectors.environment);
    return errno;
}

int search(const char* program, const Vectors& vectors) noexcept {
    int result = ENOENT;
    for (const char* path = searchPath(vectors.environment);; ++path) {
        const std::size_t length = std::strcspn(path, ":");
        const int error = tryDirectory(path, length, program, vectors);
        if (!isNotHere(error)) {
            return error;
        }
        result = error == EACCES ? EACCES : result;
        path += length;
        if (*path == '\0') {
            return result;
        }
    }
}

} // namespace

Failure execute(const wire::PlanReader& plan) noexcept {
    static Vectors vectors; // not on the stack, which the caller's limit may have made small
    fill(plan, plan.arguments(), vectors.arguments);
    fill(plan, plan.environment(), vectors.environment);
    const char* program = plan.text(plan.header().program);
    if (std::strchr(program, '/') == nullptr) {
        return failedWith(*program == '\0' ? ENOENT : search(program, vectors), SetupStep::exec);
    }
    ::execve(program, vectors.arguments, vectors.environment);
    return failed(SetupStep::exec);
}

} // namespace sandboxd::warden
