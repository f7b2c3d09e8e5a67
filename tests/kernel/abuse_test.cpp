// Peers that do not keep to the protocol: what they send ends their own connection, or is refused by name, and nothing
// else happens.
#include "kernel_test.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace sandboxd::kernel_test {

namespace {

using AbuseTest = KernelTest;
using wire::SetupStep;

// True if the spawner answers this packet by closing the connection, without any reply.
bool endsConnection(const SpawnerProcess& spawner, const void* data, std::size_t size, const std::vector<int>& fds) {
    const UniqueFd connection = spawner.connectAs(brokerUid);
    sendWithFds(connection.get(), data, size, fds);
    char buffer[256];
    std::vector<UniqueFd> received;
    return receiveWithFds(connection.get(), buffer, sizeof buffer, received) <= 0;
}

bool stillServes(const SpawnerProcess& spawner) {
    return run(spawner, ordinaryPlan()).report.error == 0;
}

int errorOf(const SpawnerProcess& spawner, const wire::ReserveRequest& request, int fd) {
    return SandboxClient(spawner, request, {fd}).error();
}

// A good record with more behind it: longer than any that a warden knows.
struct LongRecord {
    template <typename Record> explicit LongRecord(const Record& record) { std::memcpy(bytes, &record, sizeof record); }
    char bytes[4096]{};
};

wire::Report launchBytes(const SpawnerProcess& spawner, const std::vector<std::byte>& bytes, bool sealed = true) {
    const CallerProcess caller;
    SandboxClient client(spawner, caller);
    const UniqueFd memfd(sealed ? sealedMemfd(bytes) : unsealedMemfd(bytes));
    const wire::Report report = client.launchMemfd(memfd.get());
    EXPECT_TRUE(reachesEnd(client.control()));
    return report;
}

} // namespace

TEST_F(AbuseTest, ARequestOfAnotherSizeEndsTheConnection) {
    const CallerProcess caller;
    const wire::ReserveRequest request = requestFor(caller);
    char longer[sizeof request + 1];
    std::memcpy(longer, &request, sizeof request);
    EXPECT_TRUE(endsConnection(spawner(), &request, sizeof request - 1, {caller.pidfd()}));
    EXPECT_TRUE(endsConnection(spawner(), longer, sizeof longer, {caller.pidfd()}));
    EXPECT_TRUE(endsConnection(spawner(), &request, 1, {caller.pidfd()}));
    EXPECT_TRUE(stillServes(spawner()));
}

TEST_F(AbuseTest, ARequestOfAnotherKindEndsTheConnection) {
    const CallerProcess caller;
    for (const auto kind :
         {wire::RecordKind::launch, wire::RecordKind::reserveReply, static_cast<wire::RecordKind>(0)}) {
        wire::ReserveRequest request = requestFor(caller);
        request.kind = kind;
        EXPECT_TRUE(endsConnection(spawner(), &request, sizeof request, {caller.pidfd()}));
    }
    wire::ReserveRequest request = requestFor(caller);
    request.reserved = 1;
    EXPECT_TRUE(endsConnection(spawner(), &request, sizeof request, {caller.pidfd()}));
    EXPECT_TRUE(stillServes(spawner()));
}

TEST_F(AbuseTest, S78_ARequestWithoutExactlyOneDescriptorEndsTheConnection) {
    const CallerProcess caller;
    const wire::ReserveRequest request = requestFor(caller);
    for (const std::size_t count : {0U, 2U, 17U, 65U, 253U}) {
        EXPECT_TRUE(endsConnection(spawner(), &request, sizeof request, std::vector<int>(count, caller.pidfd())));
    }
    EXPECT_TRUE(stillServes(spawner()));
}

TEST_F(AbuseTest, AStrangerIsClosedWithoutAnAnswer) {
    for (const uid_t uid : {strangerUid, callerUid, uid_t{0}}) {
        const UniqueFd connection = spawner().connectAs(uid);
        const CallerProcess caller;
        const wire::ReserveRequest request = requestFor(caller);
        sendWithFds(connection.get(), &request, sizeof request, {caller.pidfd()});
        char buffer[256];
        std::vector<UniqueFd> received;
        EXPECT_LE(receiveWithFds(connection.get(), buffer, sizeof buffer, received), 0);
    }
    EXPECT_TRUE(stillServes(spawner()));
}

TEST_F(AbuseTest, OnlyALivePidfdOfTheNamedProcessIsTaken) {
    CallerProcess caller;
    CallerProcess other;
    const UniqueFd file(::open("/etc/hostname", O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(errorOf(spawner(), requestFor(caller), file.get()), EBADF);
    EXPECT_EQ(errorOf(spawner(), requestFor(caller), other.pidfd()), ESRCH);
    const wire::ReserveRequest request = requestFor(caller);
    caller.end();
    EXPECT_EQ(errorOf(spawner(), request, caller.pidfd()), ESRCH);
}

TEST_F(AbuseTest, IdsOutsideTheirRangesAreRefused) {
    const CallerProcess caller;
    const auto errorFor = [&](uid_t uid, uid_t owner) {
        wire::ReserveRequest request = requestFor(caller);
        request.uid = uid;
        request.owner = owner;
        return errorOf(spawner(), request, caller.pidfd());
    };
    EXPECT_EQ(errorFor(0, firstOwner), EPERM);
    EXPECT_EQ(errorFor(0x80000000U, firstOwner), EPERM);
    EXPECT_EQ(errorFor(static_cast<uid_t>(-1), firstOwner), EPERM);
    EXPECT_EQ(errorFor(callerUid, 0), ERANGE);
    EXPECT_EQ(errorFor(callerUid, callerUid), ERANGE);
    EXPECT_EQ(errorFor(callerUid, firstOwner - 1), ERANGE);
    EXPECT_EQ(errorFor(callerUid, firstOwner + 4096), ERANGE);
    EXPECT_EQ(errorFor(firstOwner, firstOwner), ERANGE);
}

TEST_F(AbuseTest, AnIdThatIsNoNameOfALeafIsRefused) {
    const CallerProcess caller;
    for (const char* id : {"../aaaaaaaaaaaaaaaaaaaaaaa", "wardens", "", "AAAAAAAAAAAAAAAAAAAAAAAAAA",
                           "aaaaaaaaaaaaaaaaaaaaaaaaa1", "aaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
        wire::ReserveRequest request = requestFor(caller);
        std::memset(request.id, 0, sizeof request.id);
        std::memcpy(request.id, id, std::strlen(id));
        EXPECT_EQ(errorOf(spawner(), request, caller.pidfd()), EINVAL) << id;
    }
}

TEST_F(AbuseTest, AReservationForAnotherUidEndsWithConfinementByChange) {
    const CallerProcess caller;
    wire::ReserveRequest request = requestFor(caller);
    request.uid = strangerUid;
    SandboxClient client(spawner(), request, {caller.pidfd()});
    EXPECT_EQ(client.facts().error, 0);
    EXPECT_EQ(client.facts().confinement, wire::confinedByChange);
    PlanBlock plan(strangerUid, callerGid);
    EXPECT_EQ(client.launch(plan).step, SetupStep::probe);
    EXPECT_EQ(client.report().error, ESTALE);
    EXPECT_TRUE(reachesEnd(client.control()));
}

TEST_F(AbuseTest, AWardenEndsOnWhatIsNoLaunch) {
    const CallerProcess caller;
    const wire::Launch launch{wire::RecordKind::launch, 0};
    const wire::Order order{wire::RecordKind::order, wire::OrderKind::end, 0, 0};
    const UniqueFd memfd(sealedMemfd(ordinaryPlan().bytes()));
    const LongRecord longer(launch);
    const wire::Launch unknown{static_cast<wire::RecordKind>(0), 0};
    const wire::Launch another{wire::RecordKind::report, 0};
    const struct {
        const void* data;
        std::size_t size;
        std::vector<int> fds;
    } packets[] = {{&longer, sizeof launch + 1, {memfd.get()}},
                   {&longer, sizeof longer, {memfd.get()}},
                   {&unknown, sizeof unknown, {memfd.get()}},
                   {&another, sizeof another, {memfd.get()}},
                   {&launch, sizeof launch, {}},
                   {&launch, sizeof launch, {memfd.get(), memfd.get()}},
                   {&launch, sizeof launch - 1, {memfd.get()}},
                   {&launch, 0, {memfd.get()}},
                   {&order, sizeof order, {}},
                   {"garbage", 7, {memfd.get()}}};
    for (const auto& packet : packets) {
        SandboxClient client(spawner(), caller);
        ASSERT_EQ(client.facts().error, 0);
        sendWithFds(client.control(), packet.data, packet.size, packet.fds);
        char buffer[256];
        std::vector<UniqueFd> received;
        EXPECT_LE(receiveWithFds(client.control(), buffer, sizeof buffer, received), 0);
    }
}

TEST_F(AbuseTest, S32_APlanWithoutSealsIsRefused) {
    const wire::Report report = launchBytes(spawner(), ordinaryPlan().bytes(), false);
    EXPECT_EQ(report.step, SetupStep::plan);
    EXPECT_EQ(report.error, EPERM);
}

TEST_F(AbuseTest, S32_SomethingElseThanAMemfdIsNoPlan) {
    const CallerProcess caller;
    int pipe[2];
    ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    const UniqueFd reader(pipe[0]);
    const UniqueFd writer(pipe[1]);
    const UniqueFd file(::open("/etc/hostname", O_RDONLY | O_CLOEXEC));
    for (const int fd : {reader.get(), file.get()}) {
        SandboxClient client(spawner(), caller);
        EXPECT_EQ(client.launchMemfd(fd).error, EPERM);
        EXPECT_TRUE(reachesEnd(client.control()));
    }
}

TEST_F(AbuseTest, S32_AMalformedPlanIsRefused) {
    const std::vector<std::byte> good = ordinaryPlan().bytes();
    std::vector<std::vector<std::byte>> bad;
    bad.push_back({good.begin(), good.end() - 1});
    bad.push_back({good.begin(), good.begin() + 16});
    bad.push_back({});
    bad.emplace_back(std::size_t{2} << 20U);
    for (const std::size_t field :
         {offsetof(wire::Header, magic), offsetof(wire::Header, version), offsetof(wire::Header, size),
          offsetof(wire::Header, identity), offsetof(wire::Header, arguments), offsetof(wire::Header, mounts),
          offsetof(wire::Header, program), offsetof(wire::Header, lifeline), offsetof(wire::Header, fdCount)}) {
        bad.push_back(good);
        const std::uint32_t value = 0x7FFFFFF0;
        std::memcpy(bad.back().data() + field, &value, sizeof value);
    }
    PlanBlock noFilterOfInit = ordinaryPlan();
    noFilterOfInit.idleFilter.clear();
    bad.push_back(noFilterOfInit.bytes());
    PlanBlock capable = ordinaryPlan();
    capable.header.capabilities = 1;
    bad.push_back(capable.bytes());
    for (const auto& bytes : bad) {
        const wire::Report report = launchBytes(spawner(), bytes);
        EXPECT_EQ(report.step, SetupStep::plan);
        EXPECT_EQ(report.error, EBADMSG);
    }
}

TEST_F(AbuseTest, APlanForOtherIdsIsRefused) {
    PlanBlock otherUid = ordinaryPlan();
    otherUid.header.uid = strangerUid;
    PlanBlock otherGid = ordinaryPlan();
    otherGid.header.gid = 0;
    PlanBlock otherGroup = ordinaryPlan();
    otherGroup.groups = {callerGid, 0};
    for (const PlanBlock& plan : {otherUid, otherGid, otherGroup}) {
        const wire::Report report = launchBytes(spawner(), plan.bytes());
        EXPECT_EQ(report.step, SetupStep::plan);
        EXPECT_EQ(report.error, EPERM);
    }
}

TEST_F(AbuseTest, S78_AnFdCountThatIsNotTheRecordsIsRefused) {
    const CallerProcess caller;
    const UniqueFd memfd(sealedMemfd(ordinaryPlan().bytes()));
    SandboxClient client(spawner(), caller);
    const wire::Report report = client.launchMemfd(memfd.get(), {memfd.get(), memfd.get()});
    EXPECT_EQ(report.step, SetupStep::plan);
    EXPECT_EQ(report.error, EBADMSG);
    EXPECT_TRUE(reachesEnd(client.control()));
}

TEST_F(AbuseTest, ALifelineThatCouldHangIsRefused) {
    const CallerProcess caller;
    const UniqueFd file(::open("/etc/hostname", O_RDONLY | O_CLOEXEC));
    PlanBlock plan = ordinaryPlan();
    plan.header.lifeline = 0;
    SandboxClient client(spawner(), caller);
    EXPECT_EQ(client.launch(plan, {file.get()}).step, SetupStep::lifeline);
    EXPECT_EQ(client.report().error, EBADF);
    EXPECT_TRUE(reachesEnd(client.control()));
}

TEST_F(AbuseTest, ABadOrderIsIgnoredWithItsConnection) {
    const wire::Order end{wire::RecordKind::order, wire::OrderKind::end, 0, 0};
    const LongRecord longer(end);
    const wire::Order unknownKind{static_cast<wire::RecordKind>(0), wire::OrderKind::end, 0, 0};
    const wire::Order unknownOrder{wire::RecordKind::order, static_cast<wire::OrderKind>(7), 0, 0};
    const wire::Order reserved{wire::RecordKind::order, wire::OrderKind::end, 0, 1};
    const wire::Order badSignal{wire::RecordKind::order, wire::OrderKind::signalLeader, 65, 0};
    const UniqueFd file(::open("/etc/hostname", O_RDONLY | O_CLOEXEC));
    const struct {
        const void* data;
        std::size_t size;
        std::vector<int> fds;
    } packets[] = {{"garbage", 7, {}},
                   {&end, sizeof end - 1, {}},
                   {&longer, sizeof end + 1, {}},
                   {&longer, sizeof longer, {}},
                   {&end, sizeof end, {file.get()}},
                   {&unknownKind, sizeof unknownKind, {}},
                   {&unknownOrder, sizeof unknownOrder, {}},
                   {&reserved, sizeof reserved, {}},
                   {&badSignal, sizeof badSignal, {}}};
    for (const auto& packet : packets) {
        SCOPED_TRACE(&packet - packets);
        const CallerProcess caller;
        SandboxClient client(spawner(), caller);
        ASSERT_EQ(client.launch(payloadPlan({"wait"})).error, 0);
        sendWithFds(client.control(), packet.data, packet.size, packet.fds);
        EXPECT_TRUE(reachesEnd(client.control())); // closed, and the sandbox goes on
        client.closeControl();
        EXPECT_EQ(::kill(client.leaderPid(), SIGUSR1), 0);
        idleResidue(spawner()); // without a control socket the warden's own end is the only sign
        const auto status = client.awaitEnd();
        ASSERT_TRUE(status.has_value());
        EXPECT_EQ(status->status, SIGUSR1) << "ended by something else than its own signal";
    }
}

TEST_F(AbuseTest, ManyConnectionsDoNotStopTheSpawner) {
    {
        std::vector<UniqueFd> connections;
        for (int i = 0; i < 100; ++i) {
            connections.push_back(spawner().connectAs(brokerUid));
        }
    }
    EXPECT_TRUE(stillServes(spawner()));
}

} // namespace sandboxd::kernel_test
