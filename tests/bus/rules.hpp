// polkit rules for the time of one test. Root's part only.
#pragma once

#include <string>

namespace sandboxd::bus_tests {

// A rules file that is in force from construction to destruction. `body` is JavaScript with `action`, `subject` and
// `detail(key)`; what it returns is the answer, nothing lets later rules answer.
class Rules {
public:
    explicit Rules(const std::string& body);
    ~Rules();
    Rules(const Rules&) = delete;
    Rules& operator=(const Rules&) = delete;

private:
    std::string path_;
    std::string generation_;
};

// A body that gives `result` (polkit.Result.X) to spawn requests of one user; every other question goes on.
std::string answerSpawnOf(const std::string& userName, const std::string& result);

// The same for another of our actions, by the end of its name.
std::string answerOf(const std::string& action, const std::string& userName, const std::string& result);

} // namespace sandboxd::bus_tests
