#include "policy/limits.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <type_traits>

namespace sandboxd::policy {
namespace {

// Stands for a value of any field: with one more of them than Limits has fields, it cannot be initialised.
struct AnyNumber {
    template <typename T> constexpr operator T() const noexcept { return T{}; } // NOLINT: conversion is the point
};

template <typename T, typename... Fields> constexpr std::size_t countFields() {
    if constexpr (requires { T{Fields{}..., AnyNumber{}}; }) {
        return countFields<T, Fields..., AnyNumber>();
    }
    return sizeof...(Fields);
}

TEST(LimitRows, EachFieldOfLimitsHasARow) {
    EXPECT_EQ(limitRows.size(), countFields<Limits>());
}

TEST(LimitRows, NamesAndFieldsAreUnique) {
    std::set<std::string_view> names;
    Limits marked;
    for (const LimitRow& row : limitRows) {
        EXPECT_NE(row.count != nullptr, row.usec != nullptr) << row.name;
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        // A field that had been marked by another row would be seen here.
        EXPECT_NE(row.of(marked), 4'000'000'000U) << row.name;
        if (row.count != nullptr) {
            marked.*row.count = 4'000'000'000U;
        } else {
            marked.*row.usec = 4'000'000'000U;
        }
    }
}

TEST(LimitRows, ARowReadsItsField) {
    Limits limits;
    limits.running = 3;
    EXPECT_EQ(limitRows.front().name, "running-per-uid");
    EXPECT_EQ(limitRows.front().of(limits), 3U);
}

} // namespace
} // namespace sandboxd::policy
