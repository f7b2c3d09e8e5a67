// The broker's log: one line for each decision, with fields; the journal where there is one, stderr else. The only user
// of spdlog. Text from callers reaches it through quote() only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sandboxd::log {

enum class Level { info, warning, error };

struct Field {
    std::string_view name; // upper case, as journald wants it
    std::string value;
};

// MESSAGE_ID of each kind of line (sd_journal_print(3)).
inline constexpr std::string_view started = "1cd204d9eccc468aa8e330776e5bd286";
inline constexpr std::string_view ended = "1d281c6dd3924f67ad35f0caf736529b";
inline constexpr std::string_view refused = "720c7bba5f674c9a858b9ff3e8821df0";
inline constexpr std::string_view managed = "4f0e3a5c1d7b4c0f9b6e2f5d8a913c77";
inline constexpr std::string_view service = "bba9db2a503649b7b485f6bcfe144261";

// Once, before the first line: finds out whether stderr is the journal (JOURNAL_STREAM, systemd.exec(5)).
void open();

void write(Level level, std::string_view messageId, std::string_view message, const std::vector<Field>& fields = {});

} // namespace sandboxd::log
