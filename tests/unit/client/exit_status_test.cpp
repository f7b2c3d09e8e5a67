#include "exit_status.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace sandboxd::ctl {
namespace {

using client::Error;
using client::ErrorKind;

TEST(ExitStatusOfAnError, Is127WhenTheCommandIsNotFound) {
    EXPECT_EQ(exitStatusOf(Error{ErrorKind::execFailed, "", "", ENOENT}), 127);
}

TEST(ExitStatusOfAnError, Is126WhenTheCommandCannotBeExecuted) {
    for (const int number : {EACCES, ENOEXEC, EISDIR, ENOTDIR, 0}) {
        EXPECT_EQ(exitStatusOf(Error{ErrorKind::execFailed, "", "", number}), 126) << number;
    }
}

TEST(ExitStatusOfAnError, Is125ForEverythingElse) {
    for (const ErrorKind kind :
         {ErrorKind::invalidRequest, ErrorKind::refused, ErrorKind::limitExceeded, ErrorKind::setupFailed,
          ErrorKind::notFound, ErrorKind::unavailable, ErrorKind::other}) {
        EXPECT_EQ(exitStatusOf(Error{kind, "", "", ENOENT}), 125);
    }
}

} // namespace
} // namespace sandboxd::ctl
