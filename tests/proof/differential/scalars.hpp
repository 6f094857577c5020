// The four scalars of a row, to and from the doubles that the reference reads.

#pragma once

#include "cases.hpp"

#include <argdraw/core/formats.hpp>

#include <limits>
#include <type_traits>

namespace cases {

template <class T>
T to_scalar(double x) {
    if constexpr (std::is_same_v<T, double>) return x;
    else return static_cast<T>(static_cast<float>(x));
}

template <class T>
double to_double(T x) {
    if constexpr (std::is_same_v<T, double>) return x;
    else return static_cast<double>(static_cast<float>(x));
}

template <class T>
limits limits_of() {
    using about = std::numeric_limits<T>;
    return {to_double(about::max()), to_double(about::denorm_min()), to_double(about::epsilon())};
}

template <class T>
inline constexpr const char* scalar_name = "";
template <>
inline constexpr const char* scalar_name<float> = "float";
template <>
inline constexpr const char* scalar_name<double> = "double";
template <>
inline constexpr const char* scalar_name<argdraw::half> = "half";
template <>
inline constexpr const char* scalar_name<argdraw::bfloat16> = "bfloat16";

}  // namespace cases
