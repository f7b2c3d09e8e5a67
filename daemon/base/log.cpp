#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-journal.h>

#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdlib>

namespace sandboxd::log {

namespace {

bool toJournal = false;

// systemd names the device and inode of the stream that it gave us; anything else on stderr was put there on purpose.
bool isStderrJournal() {
    const char* stream = ::getenv("JOURNAL_STREAM");
    struct stat info {};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &info) != 0) {
        return false;
    }
    return std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino) == stream;
}

int priority(Level level) {
    switch (level) {
    case Level::info:
        return LOG_INFO;
    case Level::warning:
        return LOG_WARNING;
    case Level::error:
        return LOG_ERR;
    }
    return LOG_ERR;
}

spdlog::level::level_enum spdlogLevel(Level level) {
    switch (level) {
    case Level::info:
        return spdlog::level::info;
    case Level::warning:
        return spdlog::level::warn;
    case Level::error:
        return spdlog::level::err;
    }
    return spdlog::level::err;
}

void writeJournal(Level level, std::string_view messageId, std::string_view message, const std::vector<Field>& fields) {
    std::vector<std::string> lines{"MESSAGE=" + std::string(message), "MESSAGE_ID=" + std::string(messageId),
                                   "PRIORITY=" + std::to_string(priority(level))};
    lines.reserve(lines.size() + fields.size());
    for (const Field& field : fields) {
        lines.push_back(std::string(field.name) + "=" + field.value);
    }
    std::vector<iovec> parts;
    parts.reserve(lines.size());
    for (std::string& line : lines) {
        parts.push_back({line.data(), line.size()});
    }
    sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

void writeStderr(Level level, std::string_view message, const std::vector<Field>& fields) {
    std::string line(message);
    for (const Field& field : fields) {
        line += " ";
        line += field.name;
        line += "=" + field.value;
    }
    spdlog::default_logger_raw()->log(spdlogLevel(level), "{}", line);
}

} // namespace

void open() {
    toJournal = isStderrJournal();
    spdlog::set_default_logger(spdlog::stderr_logger_st("sandboxd"));
    spdlog::set_pattern("sandboxd: %l: %v");
}

void write(Level level, std::string_view messageId, std::string_view message, const std::vector<Field>& fields) {
    if (toJournal) {
        writeJournal(level, messageId, message, fields);
    } else {
        writeStderr(level, message, fields);
    }
}

} // namespace sandboxd::log
