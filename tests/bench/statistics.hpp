// Medians and percentiles of samples, and the table that shows them. Pure.
#pragma once

#include "stopwatch.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sandboxd::bench {

// The smallest value that `share` (0 to 1) of the values do not exceed; `values` is not empty.
[[nodiscard]] inline double percentile(std::vector<double> values, double share) {
    const auto rank = std::ceil(share * static_cast<double>(values.size()));
    const auto at = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

struct Summary {
    double p10 = 0; // what a busy machine changes least
    double median = 0;
    double p90 = 0;
};

[[nodiscard]] inline Summary summarise(const std::vector<Sample>& samples, double Sample::*which) {
    std::vector<double> values;
    for (const Sample& sample : samples) {
        values.push_back(sample.*which);
    }
    return {percentile(values, 0.1), percentile(values, 0.5), percentile(values, 0.9)};
}

} // namespace sandboxd::bench
