#include "doctor/diagnose.hpp"

#include "good_facts.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sandboxd::ctl::doctor {
namespace {

std::vector<std::string> namesOf(const std::vector<Finding>& findings) {
    std::vector<std::string> names;
    for (const Finding& finding : findings) {
        names.push_back(finding.name);
    }
    return names;
}

TEST(Diagnose, HasOneFindingForEachSubjectWhateverTheFactsAre) {
    const std::vector<std::string> good = namesOf(diagnose(goodFacts()));
    EXPECT_EQ(std::set(good.begin(), good.end()).size(), good.size());
    EXPECT_EQ(namesOf(diagnose(Facts{})), good);
    EXPECT_EQ(namesOf(diagnose(factsOfRoot())), good);
}

TEST(Diagnose, OfAGoodHostIsThatSandboxesWork) {
    EXPECT_TRUE(sandboxesWork(diagnose(goodFacts())));
    EXPECT_TRUE(sandboxesWork(diagnose(factsOfRoot())));
}

TEST(Diagnose, OfAFailedTrialIsThatTheyDoNot) {
    EXPECT_FALSE(sandboxesWork(diagnose(factsWithout())));
}

TEST(Diagnose, OfNoFactAtAllIsThatTheyDoNot) {
    EXPECT_FALSE(sandboxesWork(diagnose(Facts{})));
}

TEST(Diagnose, WithWarningsOnlyIsThatTheyWork) {
    Facts facts = goodFacts();
    facts.host.cgroups.clear();
    facts.host.maxUserNamespaces = 0;
    EXPECT_TRUE(sandboxesWork(diagnose(facts)));
}

TEST(Diagnose, EveryBrokenFindingSaysWhatToDo) {
    for (const Facts& facts : {Facts{}, factsWithout()}) {
        for (const Finding& finding : diagnose(facts)) {
            if (finding.state == State::broken) {
                EXPECT_NE(finding.remedy, "") << finding;
            }
        }
    }
}

} // namespace
} // namespace sandboxd::ctl::doctor
