#include "engine/choice.hpp"

#include "base/quote.hpp"

#include <string_view>

namespace sandboxd::engine {

client::Result<Choice> parseChoice(const char* value) {
    const std::string_view text = value == nullptr ? "auto" : value;
    if (text == "auto") {
        return Choice::automatic;
    }
    if (text == "native") {
        return Choice::native;
    }
    if (text == "broker") {
        return Choice::broker;
    }
    return client::Error{client::ErrorKind::invalidRequest, "",
                         std::string(choiceVariable) + ": " + quote(text) + " is none of auto, native and broker"};
}

} // namespace sandboxd::engine
