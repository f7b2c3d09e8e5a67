// All of the client library in one include.
#pragma once

#include "sandboxd/connection.hpp"
#include "sandboxd/descriptor.hpp"
#include "sandboxd/mount.hpp"
#include "sandboxd/result.hpp"
#include "sandboxd/sandbox.hpp"
#include "sandboxd/spec.hpp"
