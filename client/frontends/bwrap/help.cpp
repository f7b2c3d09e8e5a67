#include "help.hpp"

#include "option_row.hpp"

namespace sandboxd::bwrap {
namespace {

constexpr std::size_t helpColumn = 33;

std::string line(const OptionRow& row) {
    std::string text = "    " + std::string(row.name);
    if (row.arguments > 0) {
        text += " " + std::string(row.placeholder);
    }
    text.resize(std::max(text.size() + 1, helpColumn), ' ');
    return text + row.help + "\n";
}

} // namespace

std::string helpText(const std::string& program) {
    std::string text = "usage: " + program + " [OPTIONS...] [--] COMMAND [ARGS...]\n\n";
    for (const std::span<const OptionRow> table : allOptions()) {
        for (const OptionRow& row : table) {
            text += line(row);
        }
    }
    return text;
}

} // namespace sandboxd::bwrap
