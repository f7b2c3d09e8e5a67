// The system call filters that a request can choose between, and that of init, as classic BPF.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace sandboxd::plan {

struct FilterSet {
    std::vector<sock_filter> standard;
    std::vector<sock_filter> strict;
    std::vector<sock_filter> minimal;
    std::vector<sock_filter> capable;   // standard, and what capabilities are for
    std::vector<sock_filter> nesting;   // the same, and user namespaces
    std::vector<sock_filter> host;      // standard, and nothing that reaches other processes
    std::vector<sock_filter> hostFloor; // minimal, and the same
    std::vector<sock_filter> idle;      // init's, when all is built

    [[nodiscard]] bool isComplete() const noexcept {
        for (const auto* filter : {&standard, &strict, &minimal, &capable, &nesting, &host, &hostFloor, &idle}) {
            if (filter->empty()) {
                return false;
            }
        }
        return true;
    }
};

} // namespace sandboxd::plan
