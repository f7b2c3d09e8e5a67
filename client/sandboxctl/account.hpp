// Accounts by name, from the files of this host only.
#pragma once

#include <optional>
#include <pwd.h>
#include <string>
#include <sys/types.h>

namespace sandboxd::ctl {

// Null if there is none of this name. Points to libc's own memory: valid until the next call. From here on libc looks
// groups up in files, too.
[[nodiscard]] const passwd* findAccount(const std::string& name);

// The uid of the account of this name, else the number that `text` is; none if it is neither.
[[nodiscard]] std::optional<uid_t> findUid(const std::string& text);

} // namespace sandboxd::ctl
