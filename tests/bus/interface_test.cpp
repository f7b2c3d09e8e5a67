// The interface as the running broker shows it: equal to the XML files, and silent about others.
#include "bus_test.hpp"
#include "interface_outline.hpp"

#include "policy/limits.hpp"

#include <algorithm>
#include <filesystem>

namespace sandboxd::bus_tests {
namespace {

// Members with what belongs to them, in an order that does not depend on the text's.
std::vector<std::string> members(const std::string& xml, const std::string& interface) {
    std::vector<std::string> found;
    for (const std::string& line : outline(xml, interface)) {
        if (line.rfind("arg", 0) == 0 || line.rfind("annotation", 0) == 0) {
            found.empty() ? found.push_back(line) : void(found.back() += " | " + line);
        } else {
            found.push_back(line);
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::string introspect(Connection& connection, const std::string& path) {
    const Reply reply = connection.call(connection.method("Introspect", path, "org.freedesktop.DBus.Introspectable"));
    if (!reply.ok()) {
        return "error: " + shortError(reply.error);
    }
    const char* xml = nullptr;
    must(sd_bus_message_read(reply.message.get(), "s", &xml), "read introspection");
    return xml;
}

std::string installed(const std::string& interface) {
    return readFile(std::string(SANDBOXD_INTERFACES) + "/" + interface + ".xml");
}

class Interface : public BusTest {};

TEST_F(Interface, OfTheManagerIsTheOneInTheXml) {
    asUser(user_, [] {
        Connection connection;
        const std::string shown = introspect(connection, Connection::managerPath);
        const auto expected = members(installed(Connection::managerInterface), Connection::managerInterface);
        EXPECT_GT(expected.size(), 5U);
        EXPECT_EQ(members(shown, Connection::managerInterface), expected);
    });
}

TEST_F(Interface, OfASandboxIsTheOneInTheXml) {
    asUser(user_, [] {
        Connection connection;
        const Spawned spawned = connection.spawn(program({"/bin/true"}));
        const std::string shown = introspect(connection, spawned.path);
        const auto expected = members(installed(Connection::sandboxInterface), Connection::sandboxInterface);
        EXPECT_GT(expected.size(), 5U);
        EXPECT_EQ(members(shown, Connection::sandboxInterface), expected);
    });
}

TEST_F(Interface, NeverListsTheSandboxesOfAll) {
    asUser(user_, [] {
        Connection connection;
        const Spawned spawned = connection.spawn(program({"/bin/true"}));
        EXPECT_EQ(introspect(connection, "/org/sandboxd1/sandbox"), "error: AccessDenied");
        for (const char* path : {"/", "/org", "/org/sandboxd1"}) {
            EXPECT_EQ(introspect(connection, path).find(spawned.id), std::string::npos) << path;
        }
    });
}

TEST_F(Interface, WithoutAnInterfaceNameIsDenied) {
    asUser(user_, [] {
        Connection connection;
        sd_bus_message* raw = nullptr;
        must(sd_bus_message_new_method_call(connection.raw(), &raw, "org.sandboxd1", "/org/sandboxd1/sandbox", nullptr,
                                            "Introspect"),
             "new message");
        EXPECT_EQ(shortError(connection.call(Message(raw)).error), "AccessDenied");
    });
}

TEST_F(Interface, VersionAndFeaturesAreReadable) {
    asUser(user_, [] {
        Connection connection;
        EXPECT_NE(connection.textProperty(Connection::managerPath, Connection::managerInterface, "Version"), "");
        Reply features = connection.property(Connection::managerPath, Connection::managerInterface, "Features");
        char** tokens = nullptr;
        must(sd_bus_message_enter_container(features.message.get(), 'v', "as"), "enter");
        must(sd_bus_message_read_strv(features.message.get(), &tokens), "read");
        std::vector<std::string> names;
        for (char** token = tokens; token != nullptr && *token != nullptr; free(*token++)) {
            names.emplace_back(*token);
        }
        free(tokens);
        EXPECT_NE(std::find(names.begin(), names.end(), "option:mounts"), names.end());
        EXPECT_NE(std::find(names.begin(), names.end(), "network:host"), names.end());
        EXPECT_EQ(std::find(names.begin(), names.end(), "option:landlock"), names.end());
        // Whatever is told can be demanded.
        EXPECT_EQ(connection.spawn(program({"/bin/true"}).with("require", strings(names))).error, "");
    });
}

TEST_F(Interface, LimitsAreThoseOfThePolicy) {
    std::map<std::string, std::uint64_t> expected;
    for (const policy::LimitRow& row : policy::limitRows) {
        expected.emplace(row.name, row.of(policy::defaultLimits));
    }
    asUser(user_, [&] {
        Connection connection;
        const Reply reply = connection.property(Connection::managerPath, Connection::managerInterface, "Limits");
        sd_bus_message* message = reply.message.get();
        std::map<std::string, std::uint64_t> told;
        must(sd_bus_message_enter_container(message, 'v', "a{sv}"), "enter variant");
        must(sd_bus_message_enter_container(message, 'a', "{sv}"), "enter dictionary");
        while (must(sd_bus_message_enter_container(message, 'e', "sv"), "enter entry") > 0) {
            const char* name = nullptr;
            std::uint64_t value = 0;
            must(sd_bus_message_read(message, "sv", &name, "t", &value), "entry");
            told[name] = value;
            must(sd_bus_message_exit_container(message), "exit entry");
        }
        EXPECT_EQ(told, expected);
    });
}

TEST_F(Interface, TheNameBelongsToUserSandboxdAlone) {
    asUser(user_, [] {
        Connection connection;
        EXPECT_LT(sd_bus_request_name(connection.raw(), "org.sandboxd1", SD_BUS_NAME_REPLACE_EXISTING), 0);
    });
    UserProcess::unchanged([] {
        Connection connection;
        EXPECT_LT(sd_bus_request_name(connection.raw(), "org.sandboxd1", SD_BUS_NAME_REPLACE_EXISTING), 0);
    }).finish();
}

} // namespace
} // namespace sandboxd::bus_tests
