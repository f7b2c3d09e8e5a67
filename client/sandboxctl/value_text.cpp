#include "value_text.hpp"

#include "print.hpp"

#include <array>
#include <ctime>

namespace sandboxd::ctl {
namespace {

struct ToText {
    std::string operator()(bool value) const { return value ? "yes" : "no"; }
    std::string operator()(std::int64_t value) const { return std::to_string(value); }
    std::string operator()(std::uint64_t value) const { return std::to_string(value); }
    std::string operator()(const std::string& value) const { return printable(value); }
};

} // namespace

std::string valueText(const client::Value& value) {
    return std::visit(ToText{}, value);
}

std::string timeText(std::uint64_t usecSinceEpoch) {
    const auto seconds = static_cast<std::time_t>(usecSinceEpoch / 1'000'000);
    std::tm parts{};
    std::array<char, 32> text{};
    if (::localtime_r(&seconds, &parts) == nullptr) {
        return std::to_string(seconds);
    }
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts)};
}

} // namespace sandboxd::ctl
