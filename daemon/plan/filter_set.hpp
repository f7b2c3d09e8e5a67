// The system call filters that a request can choose between, as classic BPF.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace sandboxd::plan {

struct FilterSet {
    std::vector<sock_filter> standard;
    std::vector<sock_filter> strict;
    std::vector<sock_filter> minimal;
};

} // namespace sandboxd::plan
