#include "interface_outline.hpp"

#include <algorithm>
#include <regex>

namespace sandboxd::bus_tests {
namespace {

// By hand: std::regex takes stack for every character that it matches, and these are long.
std::string withoutComments(std::string text) {
    for (std::size_t start = text.find("<!--"); start != std::string::npos; start = text.find("<!--", start)) {
        text.erase(start, text.find("-->", start) + 3 - start);
    }
    return text;
}

} // namespace

std::vector<std::string> outline(const std::string& xml, const std::string& interface) {
    const std::string opening = "<interface name=\"" + interface + "\"";
    const std::size_t start = xml.find(opening);
    if (start == std::string::npos) {
        return {"no such interface"};
    }
    const std::string body = xml.substr(start, xml.find("</interface>", start) - start);
    const std::string plain = withoutComments(body);
    std::vector<std::string> lines;
    const std::regex element("<(method|signal|property|arg|annotation)\\s([^>]*?)/?>");
    const std::regex attribute("(\\w+)=\"([^\"]*)\"");
    for (std::sregex_iterator each(plain.begin(), plain.end(), element), end; each != end; ++each) {
        const std::string attributes = (*each)[2];
        std::vector<std::string> sorted;
        for (std::sregex_iterator one(attributes.begin(), attributes.end(), attribute); one != end; ++one) {
            sorted.push_back((*one)[1].str() + "=" + (*one)[2].str());
        }
        std::sort(sorted.begin(), sorted.end());
        std::string line = (*each)[1];
        for (const std::string& text : sorted) {
            // Direction is implied in signals and may be left out there.
            line += text == "direction=out" ? "" : " " + text;
        }
        if (line.find("GLib.Async") == std::string::npos &&
            line.find("org.sandboxd1.RawMessage") == std::string::npos) {
            lines.push_back(line);
        }
    }
    return lines;
}

} // namespace sandboxd::bus_tests
