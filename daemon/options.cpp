#include "options.hpp"

#include "base/quote.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

namespace sandboxd {

namespace {

// nullopt: it is there and cannot be read.
std::optional<std::string> contentsOf(const char* path) {
    std::ifstream file(path);
    if (!file) {
        return errno == ENOENT ? std::optional(std::string()) : std::nullopt;
    }
    return std::string{std::istreambuf_iterator<char>(file), {}};
}

} // namespace

Result<Options> parseOptions(int count, const char* const* arguments) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string_view name = arguments[i];
        if (name == "--insecure-no-apparmor-check") {
            options.checksAppArmor = false;
            continue;
        }
        if (i + 1 == count || (name != "--spawner-socket" && name != "--owners")) {
            return Error{ErrorCode::invalidArgs, quote(name) + ": usage: sandboxd [--spawner-socket PATH] "
                                                               "[--owners FIRST:COUNT] [--insecure-no-apparmor-check]"};
        }
        const char* value = arguments[++i];
        if (name == "--spawner-socket") {
            options.spawnerSocket = value;
            continue;
        }
        Result<policy::IdRange> range = policy::parseIdRange(value);
        if (!range) {
            return std::move(range).error();
        }
        options.owners = range.value();
    }
    return options;
}

Result<void> checkOwners(const policy::IdRange& owners) {
    const std::optional<std::string> passwd = contentsOf("/etc/passwd");
    const std::optional<std::string> subuid = contentsOf("/etc/subuid");
    if (!passwd || !subuid) {
        return Error{ErrorCode::invalidArgs, "--owners: cannot read /etc/passwd or /etc/subuid to check the pool"};
    }
    std::vector<policy::IdRange> taken = policy::parsePasswd(*passwd);
    const std::vector<policy::IdRange> subordinate = policy::parseSubordinateIds(*subuid);
    taken.insert(taken.end(), subordinate.begin(), subordinate.end());
    if (const auto conflict = policy::OwnerPool(owners).findConflict(taken)) {
        return Error{ErrorCode::invalidArgs, "--owners: id " + std::to_string(conflict->first) +
                                                 " of /etc/passwd or /etc/subuid lies in the pool"};
    }
    return {};
}

} // namespace sandboxd
