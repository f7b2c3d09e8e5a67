#include "errors.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace sandboxd::client {
namespace {

TEST(Errors, HaveTheKindOfTheirName) {
    EXPECT_EQ(kindOf("org.sandboxd1.Error.InvalidOption"), ErrorKind::invalidRequest);
    EXPECT_EQ(kindOf("org.freedesktop.DBus.Error.AccessDenied"), ErrorKind::refused);
    EXPECT_EQ(kindOf("org.sandboxd1.Error.RateLimited"), ErrorKind::limitExceeded);
    EXPECT_EQ(kindOf("org.freedesktop.DBus.Error.ServiceUnknown"), ErrorKind::unavailable);
}

TEST(Errors, OfANameNotKnownAreOther) {
    EXPECT_EQ(kindOf("org.sandboxd1.Error.OfTheFuture"), ErrorKind::other);
}

TEST(Errors, OfExecTellTheErrno) {
    const Error error =
        errorFromReply("org.sandboxd1.Error.ExecFailed", "exec: cannot execute \"x\": No such file or directory");
    EXPECT_EQ(error.kind, ErrorKind::execFailed);
    EXPECT_EQ(error.errorNumber, ENOENT);
}

TEST(Errors, TellNoErrnoThatTheirTextDoesNotEndWith) {
    EXPECT_EQ(errorNumberIn("No such file or directory: x"), 0);
    EXPECT_EQ(errorNumberIn(""), 0);
}

TEST(Errors, DistinguishEachErrnoByItsText) {
    EXPECT_EQ(errorNumberIn("exec: Permission denied"), EACCES);
    EXPECT_EQ(errorNumberIn("exec: Exec format error"), ENOEXEC);
    EXPECT_EQ(errorNumberIn("exec: Is a directory"), EISDIR);
}

TEST(Errors, OfOtherKindsReadNoErrno) {
    EXPECT_EQ(errorFromReply("org.sandboxd1.Error.InvalidOption", "cwd: Permission denied").errorNumber, 0);
}

} // namespace
} // namespace sandboxd::client
