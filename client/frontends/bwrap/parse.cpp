#include "parse.hpp"

#include "help.hpp"
#include "message.hpp"
#include "numbers.hpp"
#include "option_row.hpp"

#include <utility>

namespace sandboxd::bwrap {
namespace {

constexpr std::size_t mostArguments = 9000;

// NUL-separated; the last one needs no NUL.
std::vector<std::string> split(const std::string& data) {
    std::vector<std::string> words;
    for (std::size_t start = 0; start < data.size();) {
        const std::size_t end = std::min(data.find('\0', start), data.size());
        words.push_back(data.substr(start, end - start));
        start = end + 1;
    }
    return words;
}

class Parser {
public:
    Parser(const std::string& program, const ReadArguments& readArguments, std::set<std::string> capabilities)
        : program_(program), readArguments_(readArguments) {
        reading_.command.capabilities = std::move(capabilities);
    }

    Parsed run(std::span<const std::string> words) {
        counted_ = words.size();
        Complaint complaint = readOptions(words, false);
        if (!complaint && !information_ && !reading_.nextLower.empty()) {
            complaint = danglingOverlay;
        }
        return {outcome(std::move(complaint), words), std::move(reading_.warnings)};
    }

private:
    decltype(Parsed::outcome) outcome(Complaint complaint, std::span<const std::string> rest) {
        if (complaint) {
            return Mistake{std::move(*complaint), reading_.command.levelPrefix};
        }
        if (information_) {
            return Information{std::move(*information_)};
        }
        reading_.command.argv.assign(rest.begin(), rest.end());
        return std::move(reading_.command);
    }

    // Leaves in `words` what stands behind the options.
    Complaint readOptions(std::span<const std::string>& words, bool inFile) {
        if (counted_ > mostArguments) {
            return tooMany();
        }
        while (!words.empty() && !information_) {
            const std::string& word = words.front();
            if (word == "--") {
                words = words.subspan(1);
                return std::nullopt;
            }
            if (!word.starts_with('-')) {
                return std::nullopt;
            }
            if (Complaint complaint = readOption(words, inFile)) {
                return complaint;
            }
            if (Complaint complaint = checkWaiting(word)) {
                return complaint;
            }
        }
        return std::nullopt;
    }

    Complaint readOption(std::span<const std::string>& words, bool inFile) {
        const std::string& name = words.front();
        const OptionRow* row = findOption(name);
        if (row == nullptr) {
            return "Unknown option " + name;
        }
        if (name == "--args" && inFile) {
            return "--args not supported in arguments file";
        }
        const auto count = static_cast<std::size_t>(row->arguments);
        if (words.size() <= count) {
            return row->missing;
        }
        const Arguments arguments = words.subspan(1, count);
        words = words.subspan(1 + count);
        reading_.option = name;
        return row->apply != nullptr ? row->apply(reading_, arguments) : interrupt(name, arguments);
    }

    Complaint interrupt(const std::string& name, Arguments arguments) {
        if (name == "--args") {
            return readFile(arguments[0]);
        }
        information_ = name == "--help" ? helpText(program_) : versionText;
        return std::nullopt;
    }

    Complaint readFile(const std::string& text) {
        int descriptor = -1;
        if (Complaint complaint = takeDescriptor(descriptor, text)) {
            return complaint;
        }
        const std::variant<std::string, int> data = readArguments_(descriptor);
        if (const int* error = std::get_if<int>(&data)) {
            return withErrno("Can't read --args data", *error);
        }
        const std::vector<std::string> words = split(std::get<std::string>(data));
        counted_ += words.size();
        std::span<const std::string> rest = words;
        return readOptions(rest, true); // what stands behind the options there is ignored
    }

    // An option that does not use what --perms, --size or --overlay-src left for it.
    [[nodiscard]] Complaint checkWaiting(const std::string& name) const {
        const bool modifier = name == "--perms" || name == "--size";
        if (!modifier && reading_.nextMode) {
            return "--perms must be followed by an option that creates a file";
        }
        if (!modifier && reading_.nextSize != 0) {
            return "--size must be followed by --tmpfs";
        }
        if (name != "--overlay-src" && !reading_.nextLower.empty()) {
            return danglingOverlay;
        }
        return std::nullopt;
    }

    static std::string tooMany() { return "Exceeded maximum number of arguments " + std::to_string(mostArguments); }

    const std::string& program_;
    const ReadArguments& readArguments_;
    std::size_t counted_ = 0;
    Reading reading_;
    std::optional<std::string> information_;
};

} // namespace

Parsed parse(const std::string& program, std::span<const std::string> words, const ReadArguments& readArguments,
             std::set<std::string> capabilities) {
    if (words.empty()) {
        return {NoCommand{}, ""};
    }
    return Parser(program, readArguments, std::move(capabilities)).run(words);
}

} // namespace sandboxd::bwrap
