#include "doctor/report_json.hpp"

#include "doctor/diagnose.hpp"
#include "good_facts.hpp"

#include <gtest/gtest.h>

namespace sandboxd::ctl::doctor {
namespace {

TEST(ReportJson, OfTwoFindingsIsExactlyThis) {
    EXPECT_EQ(jsonReport({{"kernel", State::ok, "Linux 6.12.1", ""},
                          {"polkit", State::broken, "does not answer: \"x\"", "install polkitd"}}),
              R"({
  "works": false,
  "findings": [
    {
      "name": "kernel",
      "state": "ok",
      "text": "Linux 6.12.1",
      "remedy": ""
    },
    {
      "name": "polkit",
      "state": "broken",
      "text": "does not answer: \"x\"",
      "remedy": "install polkitd"
    }
  ]
}
)");
}

TEST(ReportJson, SaysThatSandboxesWork) {
    EXPECT_TRUE(jsonReport(diagnose(goodFacts())).starts_with("{\n  \"works\": true,\n"));
}

TEST(ReportJson, StandsWhatIsNoUtf8) {
    EXPECT_NE(jsonReport({{"bus", State::note, "a\xff\x1b", ""}}).find(R"("a\\xff\\x1b")"), std::string::npos);
}

} // namespace
} // namespace sandboxd::ctl::doctor
