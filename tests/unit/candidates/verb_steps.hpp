// Random sequences of verbs: what a step is, how it is written in a report, and how it is chosen beside what lives.
#pragma once

#include "plain.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

#include <argdraw/core/formats.hpp>

namespace verbs {

using argdraw::token_id;
using plain::act;
using plain::change;

enum class verb : std::uint8_t {
    // clang-format off
    size, max, min, mass, log_mass, log_sum_exp, mean_distance, entropy, collision, moments, infinite, logit, leaders, leaders_until, likely, survivors,
    distances, scale, shift, normalise, add, add_sums, edit, transform, map, transform_in_order,
    keep_top, keep_top_ties, keep_mass, keep_mass_near, keep_within, keep_within_deviations, keep_at_least, keep_likely, keep_below, keep_if,
    ban, allow, allow_only, first, at, race, probabilities, number,
    // clang-format on
};
inline constexpr std::size_t number_of_verbs = static_cast<std::size_t>(verb::number);
// clang-format off
inline constexpr std::array<const char*, number_of_verbs> names{
    "size", "max", "min", "mass", "log_mass", "log_sum_exp", "mean_distance", "entropy", "collision", "moments", "infinite", "logit", "leaders", "leaders_until",
    "likely", "survivors", "distances", "scale", "shift", "normalise", "add", "add_sums", "edit", "transform", "map", "transform_in_order", "keep_top", "keep_top(ties)", "keep_mass",
    "keep_mass_near", "keep_within", "keep_within_deviations", "keep_at_least", "keep_likely", "keep_below", "keep_if", "ban", "allow", "allow_only",
    "first", "at", "race", "probabilities"};
// clang-format on
inline const char* name(verb v) { return names[static_cast<std::size_t>(v)]; }

struct step {
    verb what = verb::size;
    double x = 0, y = 0;
    std::size_t n = 0, min_keep = 1;
    std::uint64_t word = 0;
    bool past_end = false;
    std::vector<change> changes;
    std::vector<token_id> ids;
    std::vector<std::uint32_t> mask;
};

/// One row and what is done to it.
struct scenario {
    std::vector<double> row;  // values that the scalar has
    std::vector<step> steps;
    std::uint64_t junk = 0;  // what the workspace is full of
};

inline std::string text(double x) {
    std::ostringstream out;
    out << std::setprecision(17) << x;
    return out.str();
}

inline std::string text(const step& s) {
    std::ostringstream out;
    out << std::setprecision(17) << name(s.what) << '(';
    switch (s.what) {
        case verb::leaders:
        case verb::leaders_until: out << s.n; break;
        case verb::logit: out << s.ids[0]; break;
        case verb::likely:
        case verb::scale:
        case verb::shift:
        case verb::keep_below: out << s.x; break;
        case verb::transform:
        case verb::map:
        case verb::transform_in_order:
        case verb::keep_if: out << "kind " << s.n << ", x " << s.x << ", word " << s.word; break;
        case verb::keep_top:
        case verb::keep_top_ties: out << s.n << ", min_keep " << s.min_keep; break;
        case verb::keep_mass_near: out << s.y << ", " << s.x << ", min_keep " << s.min_keep; break;
        case verb::keep_mass:
        case verb::keep_within:
        case verb::keep_within_deviations:
        case verb::keep_at_least:
        case verb::keep_likely: out << s.x << ", min_keep " << s.min_keep; break;
        case verb::at:
        case verb::race: out << s.word << "u"; break;
        case verb::add:
        case verb::add_sums:
        case verb::edit:
            for (const change& c : s.changes)
                out << (&c == s.changes.data() ? "" : ", ") << c.id
                    << (c.what == act::plus    ? " += "
                        : c.what == act::times ? " *= "
                                               : " = ")
                    << c.by;
            break;
        case verb::ban:
        case verb::allow_only:
            for (const token_id id : s.ids) out << (&id == s.ids.data() ? "" : ", ") << id;
            break;
        case verb::allow:
            out << std::hex;
            for (std::size_t i = 0, same; i < s.mask.size(); i += same) {
                for (same = 1; i + same < s.mask.size() && s.mask[i] == s.mask[i + same];) ++same;
                out << "0x" << s.mask[i] << std::dec << (same > 1 ? " x " + std::to_string(same) : "") << std::hex << ", ";
            }
            out << (s.past_end ? "keep" : "ban") << " past the end";
            break;
        default: break;
    }
    out << ')';
    return out.str();
}

inline std::string text(const scenario& s) {
    std::ostringstream out;
    out << std::setprecision(17) << "  width " << s.row.size() << ", row {";
    std::size_t shown = 0;
    for (std::size_t i = 0; i < s.row.size() && shown < 64; ++shown) {
        std::size_t same = 1;
        while (i + same < s.row.size() && std::memcmp(&s.row[i], &s.row[i + same], sizeof(double)) == 0) ++same;
        out << s.row[i];
        if (same > 1) out << " x " << same;
        out << ", ";
        i += same;
    }
    out << (shown == 64 ? "..." : "") << "}\n";
    for (const step& each : s.steps) {
        const std::string line = text(each);
        out << "  " << line.substr(0, 600) << (line.size() > 600 ? " ...\n" : "\n");
    }
    return out.str();
}

class random_numbers {
public:
    explicit random_numbers(std::uint64_t seed) : state_{seed} {}
    std::uint64_t word() { return plain::mixed(state_ += 0x2545f4914f6cdd1du); }
    std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(word() >> 11) % n; }
    double uniform() { return static_cast<double>(word() >> 11) * 0x1p-53; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    double normal() {
        double sum = 0;
        for (int i = 0; i < 6; ++i) sum += uniform();
        return (sum - 3) * 1.41421356;
    }

private:
    std::uint64_t state_;
};

/// A number that the scalar has; by `coarse` a multiple of 1/16.
template <class T>
double rounded(double x) {
    if constexpr (std::is_same_v<T, double>) return x;
    else return static_cast<double>(static_cast<float>(static_cast<T>(static_cast<float>(x))));
}

enum class shape : std::uint8_t { peaked, flat, zipf, ties, equal, two_levels, wide, normal, number };

template <class T>
std::vector<double> random_row(random_numbers& random, std::size_t width) {
    const auto kind = static_cast<shape>(random.below(static_cast<std::size_t>(shape::number)));
    const bool coarse = random.one_in(3);
    const double offset = random.one_in(4) ? std::array{50.0, -20.0, 1000.0, -7.5}[random.below(4)] : 0.0;
    const double levels = 2 + static_cast<double>(random.below(6)), apart = random.one_in(2) ? 1.0 : 0.6931471805599453;
    const std::size_t peaks = 1 + random.below(6);
    std::vector<double> row(width);
    for (std::size_t i = 0; i < width; ++i) {
        double& l = row[i];
        switch (kind) {
            case shape::peaked: l = random.normal(); break;
            case shape::flat: l = random.uniform(); break;
            case shape::zipf: l = -std::log(1 + static_cast<double>((i * 7919) % width)) * 1.1; break;
            case shape::ties: l = std::floor(random.uniform() * levels) * apart; break;
            case shape::equal: l = 1.5; break;
            case shape::two_levels: l = random.one_in(static_cast<std::size_t>(levels)) ? 1.0 : random.one_in(2) ? -9.0 : -1.0; break;
            case shape::wide: l = random.normal() * 1e4; break;
            default: l = random.normal() * 3; break;
        }
        if (kind == shape::two_levels && l == -1.0) l = apart - 9.0 * (levels > 4);
    }
    if (kind == shape::peaked)
        for (std::size_t i = 0; i < peaks && width > 0; ++i) row[random.below(width)] = 8 + 3 * random.normal();
    if (random.one_in(8)) std::sort(row.begin(), row.end());
    else if (random.one_in(8)) std::sort(row.begin(), row.end(), std::greater<>());
    for (double& l : row) l = rounded<T>((coarse ? std::floor(l * 16) / 16 : l) + offset);
    if (random.one_in(4)) {
        const double share = std::array{0.01, 0.3, 0.9, 0.99}[random.below(4)];
        for (double& l : row)
            if (random.uniform() < share) l = -plain::infinity;
    }
    if (random.one_in(12)) {  // a quarter in one piece
        const std::size_t from = random.below(width), many = width / 4;
        for (std::size_t i = 0; i < many; ++i) row[(from + i) % width] = -plain::infinity;
    }
    if (random.one_in(40))
        for (std::size_t i = 1 + random.below(3); i > 0; --i) row[random.below(width)] = plain::infinity;
    if (random.one_in(80)) row[random.below(width)] = plain::nan;
    return row;
}

/// The next step, chosen beside what lives: edges at tokens, ids that live or not.
class choice {
public:
    choice(random_numbers& random, plain::list& now, std::size_t width) : random_{random}, now_{now}, width_{width} {}

    step noted() {
        static constexpr std::array kinds{verb::keep_mass,
                                          verb::keep_at_least,
                                          verb::keep_within,
                                          verb::keep_likely,
                                          verb::keep_within_deviations,
                                          verb::keep_mass_near,
                                          verb::allow,
                                          verb::allow,
                                          verb::ban,
                                          verb::allow_only,
                                          verb::add,
                                          verb::add_sums,
                                          verb::edit,
                                          verb::edit,
                                          verb::scale,
                                          verb::shift};
        return of(kinds[random_.below(kinds.size())], true);
    }
    step any() {
        verb v = static_cast<verb>(random_.below(number_of_verbs));
        // What makes a list of every view comes a little later than the others.
        if (makes_list(v) && !random_.one_in(3)) v = static_cast<verb>(random_.below(number_of_verbs));
        // A mapped row rarely outlives the verb behind it, so there are more of them, half of them scaled at once.
        if (mapped_ && random_.one_in(2)) v = verb::scale;
        else if (random_.one_in(12)) v = verb::map;
        mapped_ = v == verb::map;
        return of(v, random_.one_in(2));
    }

private:
    static bool makes_list(verb v) {
        return v == verb::survivors || v == verb::distances || v == verb::transform || v == verb::transform_in_order ||
               v == verb::keep_below || v == verb::keep_if || v == verb::race || v == verb::probabilities || v == verb::first;
    }

    step of(verb v, bool much_stays) {
        step s;
        s.what = v;
        s.min_keep = random_.one_in(6) ? random_.below(width_ + 3) : random_.one_in(8) ? random_.below(5) : 1;
        s.word = random_.one_in(6) ? 0 : random_.one_in(5) ? ~std::uint64_t{0} : random_.word();
        switch (v) {
            case verb::leaders:
            case verb::leaders_until: s.n = some_number(); break;
            case verb::logit: s.ids = {std::clamp(some_id(), 0, static_cast<token_id>(width_ - 1))}; break;
            case verb::likely:
            case verb::keep_likely: s.x = probability(much_stays); break;
            case verb::scale: s.x = factor(); break;
            case verb::shift: s.x = dyadic(16); break;
            case verb::add: s.changes = {{some_id(), act::plus, amount()}}; break;
            case verb::add_sums:
            case verb::edit: {
                const std::size_t most = random_.one_in(12) ? width_ : 6;
                for (std::size_t i = random_.below(most + 1); i > 0; --i) {
                    const token_id id = !s.changes.empty() && random_.one_in(8) ? s.changes[random_.below(s.changes.size())].id : some_id();
                    if (v == verb::add_sums) s.changes.push_back({id, act::plus, amount()});
                    else if (random_.one_in(3)) s.changes.push_back({id, act::times, random_.one_in(2) ? 0.5 : 1.25});
                    else s.changes.push_back({id, random_.one_in(2) ? act::plus : act::become, amount()});
                }
                break;
            }
            case verb::transform:
            case verb::map: s.n = random_.below(5); break;
            case verb::transform_in_order: s.n = random_.below(3); break;
            case verb::keep_top:
            case verb::keep_top_ties: s.n = much_stays && random_.one_in(2) ? width_ / 2 + random_.below(width_) : some_number(); break;
            case verb::keep_mass: s.x = share(); break;
            case verb::keep_mass_near:
                s.x = share();
                s.y = random_.one_in(8) ? 0 : random_.one_in(2) ? dyadic(4) : random_.uniform() * 3;
                break;
            case verb::keep_within: s.x = std::max(0.0, top() - some_logit(much_stays)) + (random_.one_in(2) ? 0 : dyadic(1)); break;
            case verb::keep_within_deviations:
                s.x = random_.one_in(2) ? random_.uniform() * 3 : static_cast<double>(random_.below(9)) * 0.5;
                break;
            case verb::keep_at_least:
                s.x = random_.one_in(24) ? top() + 1 : some_logit(much_stays) + (random_.one_in(2) ? 0 : dyadic(1));
                break;
            case verb::keep_below: s.x = random_.one_in(3) ? top() : some_logit(false) + (random_.one_in(2) ? 0 : dyadic(1)); break;
            case verb::keep_if:
                s.n = random_.below(2);
                s.x = some_logit(much_stays);
                break;
            case verb::ban:
                for (std::size_t i = random_.below(random_.one_in(10) ? width_ + 1 : 6); i > 0; --i) s.ids.push_back(some_id());
                break;
            case verb::allow: choose_mask(s); break;
            case verb::allow_only:
                for (std::size_t i = random_.below(random_.one_in(3) ? 8 : 2 * width_); i > 0; --i) s.ids.push_back(some_id());
                break;
            default: break;
        }
        return s;
    }

    const std::vector<plain::token>& living() const { return now_.tokens(); }
    double top() {
        double found = -1e30;
        for (const plain::token& t : living())
            if (t.l - t.l == 0) found = std::max(found, static_cast<double>(now_.logit(t)));
        return found == -1e30 ? 0 : found;
    }
    double some_logit(bool low) {
        double found = plain::nan;
        for (int i = low ? 3 : 1; i > 0 && !living().empty(); --i) {
            const auto l = static_cast<double>(now_.logit(living()[random_.below(living().size())]));
            if (l - l == 0 && !(l > found)) found = l;
        }
        return found == found ? found : 0;
    }
    token_id some_id() {
        if (random_.one_in(400))
            return std::array<token_id, 4>{-1, static_cast<token_id>(width_), std::numeric_limits<token_id>::max(),
                                           std::numeric_limits<token_id>::min()}[random_.below(4)];
        if (random_.one_in(3) && !living().empty()) return living()[random_.below(living().size())].id;
        if (random_.one_in(4) && !living().empty()) {
            const auto greatest =
                std::max_element(living().begin(), living().end(), [](const auto& a, const auto& b) { return a.l < b.l; });
            return greatest->id;
        }
        return static_cast<token_id>(random_.below(width_));
    }
    double dyadic(double size) { return std::floor((random_.uniform() * 2 - 1) * size * 16) / 16; }
    double factor() {
        if (random_.one_in(30)) return 0;
        if (random_.one_in(2)) return std::array{0.5, 2.0, 0.25, 4.0}[random_.below(4)];
        if (random_.one_in(12)) return std::array{1e-3, 100.0, 1e-30, 1e4}[random_.below(4)];
        return 0.3 + random_.uniform() * 1.5;
    }
    double amount() {
        switch (random_.below(24)) {
            case 0:
            case 1:
            case 2: return -plain::infinity;
            case 3: return plain::infinity;
            case 4: return random_.one_in(16) ? plain::nan : 0.0;
            case 5: return -1e9;
            case 6: return -80;
            case 7: return std::array{-1e30, 1e30, -1e300, 3e5, -3e38, -700.0, 40.0, 1e9}[random_.below(8)];
            case 8:
            case 9:
            case 10:
            case 11: return random_.normal();
            default: return dyadic(6);
        }
    }
    double share() {
        switch (random_.below(10)) {
            case 0: return 0;
            case 1: return std::array{0.5, 0.25, 0.375, 0.75, 0.9375}[random_.below(5)];
            case 2: return 1 - std::ldexp(random_.uniform(), -static_cast<int>(random_.below(40)));
            case 3: return std::ldexp(random_.uniform(), -static_cast<int>(random_.below(40)));
            case 4:
                return living().empty() ? 0.5 : static_cast<double>(random_.below(living().size())) / static_cast<double>(living().size());
            case 5: return 0.95;
            default: return random_.uniform();
        }
    }
    double probability(bool much_stays) {
        if (random_.one_in(10)) return std::array{0.0, 1.0, 1e-30, 2.0, 0.5}[random_.below(5)];
        if (living().empty()) return 0.1;
        const double about = 1.0 / static_cast<double>(living().size());
        return about *
               (much_stays ? random_.uniform() : std::ldexp(1.0, static_cast<int>(random_.below(12)) - 6) * (0.5 + random_.uniform()));
    }
    std::size_t some_number() {
        switch (random_.below(6)) {
            case 0: return random_.below(4);
            case 1: return random_.below(2 * width_ + 2);
            case 2: return living().size();
            default: return 1 + random_.below(std::max<std::size_t>(2, living().size() / (1 + random_.below(12)) + 1));
        }
    }
    void choose_mask(step& s) {
        s.past_end = random_.one_in(2);
        const std::size_t words = (width_ + 31) / 32;
        s.mask.resize(random_.one_in(4) ? random_.below(words + 3) : words);
        switch (random_.below(6)) {
            case 0:
                for (auto& w : s.mask) w = 0x55555555u;
                break;
            case 1:  // few
                for (std::size_t i = random_.below(12); i > 0 && !s.mask.empty(); --i)
                    s.mask[random_.below(s.mask.size())] |= 1u << random_.below(32);
                break;
            case 2:  // most
                for (auto& w : s.mask) w = static_cast<std::uint32_t>(random_.word() | random_.word() | random_.word());
                break;
            case 3: {  // one quarter not
                const std::size_t from = random_.below(s.mask.size() + 1), many = s.mask.size() / 4;
                for (auto& w : s.mask) w = ~0u;
                for (std::size_t i = 0; i < many; ++i) s.mask[(from + i) % s.mask.size()] = 0;
                break;
            }
            case 4:
                for (auto& w : s.mask) w = static_cast<std::uint32_t>(random_.word() & random_.word() & random_.word());
                break;
            default:
                for (auto& w : s.mask) w = static_cast<std::uint32_t>(random_.word());
                break;
        }
    }

    random_numbers& random_;
    plain::list& now_;
    std::size_t width_;
    bool mapped_ = false;  // by the step before
};

}  // namespace verbs
