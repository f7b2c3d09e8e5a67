#include "doctor/rules.hpp"
#include "good_facts.hpp"

#include <gtest/gtest.h>

namespace sandboxd::ctl::doctor {
namespace {

TEST(ServiceRules, NameTheBusDaemon) {
    EXPECT_EQ(judgeBus(goodFacts()), (Finding{"bus", State::ok, "dbus-daemon answers", ""}));
    Facts facts = goodFacts();
    facts.busDaemon.clear();
    EXPECT_EQ(judgeBus(facts).text, "answers");
}

TEST(ServiceRules, SayOnceThatThereIsNoBus) {
    Facts facts = factsWithout();
    facts.bus = {};
    facts.bus.error = "cannot connect to the system bus: No such file or directory";
    EXPECT_EQ(judgeBus(facts),
              (Finding{"bus", State::broken, facts.bus.error, "start the system bus: systemctl start dbus.socket"}));
    for (const auto& judge : {judgeProofs, judgePolkit, judgeActions, judgeDaemon, judgeUnits}) {
        EXPECT_EQ(judge(facts).state, State::note);
        EXPECT_EQ(judge(facts).text, "not known without a bus");
    }
}

TEST(ServiceRules, TellWhatTheBusProvesOfACaller) {
    EXPECT_EQ(judgeProofs(goodFacts()), (Finding{"caller-proof", State::ok, "the bus gives a pidfd of a caller", ""}));
    Facts facts = goodFacts();
    facts.bus.givesLabel = true;
    EXPECT_EQ(judgeProofs(facts).text, "the bus gives a pidfd of a caller and its label");
    facts.bus.givesProcessFd = false;
    EXPECT_EQ(judgeProofs(facts).state, State::note);
    EXPECT_NE(judgeProofs(facts).text.find("no pidfd"), std::string::npos);
}

TEST(ServiceRules, TellWhetherPolkitAnswers) {
    EXPECT_EQ(judgePolkit(goodFacts()), (Finding{"polkit", State::ok, "version 126", ""}));
    Facts facts = factsWithout();
    facts.bus.polkit = {false, "", "there is no such service"};
    EXPECT_EQ(judgePolkit(facts), (Finding{"polkit", State::broken, "does not answer: there is no such service",
                                           "install polkitd; systemctl start polkit.service"}));
}

TEST(ServiceRules, CountOurActions) {
    EXPECT_EQ(judgeActions(goodFacts()), (Finding{"actions", State::ok, "polkit knows 2 of ours", ""}));
}

TEST(ServiceRules, MissTheActionThatEverySandboxNeeds) {
    Facts facts = factsWithout();
    for (const std::vector<std::string>& known :
         {std::vector<std::string>{}, std::vector<std::string>{"org.sandboxd1.spawn-network"}}) {
        facts.bus.actions = known;
        EXPECT_EQ(judgeActions(facts).state, State::broken);
        EXPECT_EQ(judgeActions(facts).text, "polkit does not know org.sandboxd1.spawn");
    }
    facts.bus.actions.reset();
    EXPECT_EQ(judgeActions(facts).state, State::note);
}

TEST(ServiceRules, TellWhetherTheDaemonAnswers) {
    EXPECT_EQ(judgeDaemon(goodFacts()), (Finding{"daemon", State::ok, "version 0.1.0, 3 features", ""}));
    Facts facts = factsWithout();
    facts.bus.daemon = {false, "", "it was not activatable"};
    EXPECT_EQ(judgeDaemon(facts).state, State::broken);
    EXPECT_EQ(judgeDaemon(facts).text, "does not answer: it was not activatable");
}

TEST(ServiceRules, LookAtUnitsOnlyWhereSystemdRuns) {
    Facts facts = goodFacts();
    EXPECT_EQ(judgeUnits(facts),
              (Finding{"units", State::ok, "sandboxd.service active, sandboxd-spawner.socket active", ""}));
    facts.bus.units.reset();
    EXPECT_EQ(judgeUnits(facts).state, State::note);
    facts.host.systemd = false;
    EXPECT_EQ(judgeUnits(facts), (Finding{"units", State::ok, "not needed: systemd does not run here", ""}));
}

struct UnitRow {
    client::Unit unit;
    const char* text;
    const char* remedy;
};

TEST(ServiceRules, NameEachFaultOfAUnitAndItsRemedy) {
    for (const UnitRow& row :
         {UnitRow{{"a.service", "masked", "inactive"}, "a.service is masked", "systemctl unmask a.service"},
          {{"a.service", "not-found", "inactive"},
           "a.service is not-found",
           "install sandboxd's units, then systemctl daemon-reload"},
          {{"a.service", "loaded", "failed"},
           "a.service has failed",
           "systemctl status a.service; systemctl restart a.service"},
          {{"a.socket", "loaded", "inactive"}, "a.socket does not listen", "systemctl enable --now a.socket"}}) {
        Facts facts = factsWithout();
        facts.bus.units = {{"b.service", "loaded", "active"}, row.unit};
        EXPECT_EQ(judgeUnits(facts), (Finding{"units", State::broken, row.text, row.remedy}));
    }
}

TEST(ServiceRules, FindNothingInAServiceThatWaitsToBeNeeded) {
    Facts facts = factsWithout();
    facts.bus.units = {{"a.service", "loaded", "inactive"}};
    EXPECT_EQ(judgeUnits(facts), (Finding{"units", State::ok, "a.service inactive", ""}));
}

TEST(ServiceRules, NameAllFaultsOfUnits) {
    Facts facts = goodFacts();
    facts.bus.units = {{"a.service", "masked", "inactive"}, {"b.socket", "loaded", "inactive"}};
    EXPECT_EQ(judgeUnits(facts), (Finding{"units", State::warning, "a.service is masked, b.socket does not listen",
                                          "systemctl unmask a.service; systemctl enable --now b.socket"}));
}

} // namespace
} // namespace sandboxd::ctl::doctor
