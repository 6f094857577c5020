// Small multiples as SVG: a panel for each stage, a row for each word; grey is before, colour after, hollow what was removed.
#pragma once

#include "../common/svg.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gallery {

class picture {
public:
    picture(std::span<const char* const> names, std::span<const double> before)
        : names_(names.begin(), names.end()), before_(before.begin(), before.end()) {}

    void heading(std::string_view title, std::string_view subtitle) {
        text(margin, 44, "title", title);
        text(margin, 66, "says", subtitle);
        double x = margin;
        const auto key = [&](std::string_view says, double advance) {
            text(x + 34, 91, "says", says);
            x += advance;
        };
        rect(x, 82, 26, thick, grey);
        key("before", 100);
        rect(x, 82, 26, thick, grey);
        rect(x, 82 + (thick - thin) / 2, 18, thin, "#4a5462");
        key("after", 90);
        hollow(x, 82, 26);
        key("removed", 110);
        tick(x + 13, 82);
        key("another row, for the stages that compare two", 0);
        y_ = 104;
    }

    void begin_group(std::string_view title, std::string_view says, std::string_view colour) {
        end_row();
        colour_ = colour;
        y_ += 16;
        rect(margin, y_, width - 2 * margin, 2, colour_);
        page_.text(margin, y_ + 26, "group", title, "says", says);
        y_ += 40;
    }

    void add(std::string_view code, std::string_view what, std::span<const double> after, std::span<const double> other = {}) {
        frame(code, what);
        std::size_t left = 0;
        for (std::size_t i = 0; i < before_.size(); ++i) {
            const double y = row(i);
            const bool lives = after[i] > 0;
            left += lives;
            label(i, lives);
            if (lives) {
                rect(bars(), y, length(before_[i]), thick, grey);
                bar(after[i], y);
            } else {
                hollow(bars(), y, length(before_[i]));
            }
            if (!other.empty()) tick(bars() + length(other[i]), y);
        }
        if (left < before_.size()) text(x_ + panel_width - pad, row(before_.size() - 1) + 9, "left", std::to_string(left) + " left");
        next();
    }

    void add_before(std::string_view code, std::string_view what) {
        frame(code, what);
        for (std::size_t i = 0; i < before_.size(); ++i) {
            label(i, true);
            rect(bars(), row(i), length(before_[i]), thick, grey);
            text(bars() + length(before_[i]) + 6, row(i) + 9, "percent", percent(before_[i]));
        }
        next();
    }

    std::string svg() {
        end_row();
        return page_.svg(
            width, y_ + 10,
            ".code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 11px; "
            "font-weight: 600; }\n"
            ".what { font-size: 11px; fill: #5b6572; }\n"
            ".name { font-size: 10.5px; text-anchor: end; }\n"
            ".gone { font-size: 10.5px; text-anchor: end; fill: #a3abb5; }\n"
            ".left { font-size: 11px; font-weight: 600; text-anchor: end; fill: #5b6572; }\n"
            ".percent { font-size: 10px; fill: #5b6572; }\n"
            ".inside { font-size: 9px; font-weight: 600; text-anchor: end; fill: #ffffff; }\n");
    }

private:
    static constexpr double width = 1120, margin = 28, gap = 14, pad = 10;
    static constexpr std::size_t columns = 4;
    static constexpr double panel_width = (width - 2 * margin - (columns - 1) * gap) / columns;
    static constexpr double names_width = 40, row_height = 12.5, thick = 9.5, thin = 6;
    static constexpr double most = 0.55;  // the probability as wide as the panel; longer bars are cut and say what they are
    static constexpr const char* grey = "#d5dae1";

    static std::string percent(double p) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), p < 0.0995 ? "%.1f %%" : "%.0f %%", 100 * p);
        return text.data();
    }

    double bars() const { return x_ + pad + names_width + 5; }
    static constexpr double full = panel_width - 2 * pad - names_width - 5;
    static double length(double p) { return std::max(1.0, std::min(p, most) / most * full); }
    double row(std::size_t i) const { return y_ + 44 + row_height * static_cast<double>(i); }
    double panel_height() const { return 44 + row_height * static_cast<double>(before_.size()) + 7; }

    void rect(double x, double y, double w, double h, std::string_view fill) { page_.rect(x, y, w, h, fill); }
    void hollow(double x, double y, double w) { page_.box(x + 0.5, y + 0.5, std::max(w - 1, 0.5), thick - 1, 0, "none", "#c3c9d1"); }
    void tick(double x, double y) { rect(x - 0.7, y - 1, 1.4, thick + 2, "#2b323c"); }
    void text(double x, double y, std::string_view kind, std::string_view says) { page_.text(x, y, kind, says); }
    void bar(double p, double y) {
        rect(bars(), y + (thick - thin) / 2, length(p), thin, colour_);
        if (p <= most) return;
        rect(bars(), y, full, thick, colour_);
        text(bars() + full - 4, y + 8, "inside", percent(p));
    }
    void label(std::size_t i, bool lives) { text(x_ + pad + names_width, row(i) + 8.5, lives ? "name" : "gone", names_[i]); }

    void frame(std::string_view code, std::string_view what) {
        x_ = margin + static_cast<double>(column_) * (panel_width + gap);
        page_.box(x_, y_, panel_width, panel_height(), 6, "#ffffff", "#e3e7ec");
        text(x_ + pad, y_ + 18, "code", code);
        text(x_ + pad, y_ + 34, "what", what);
    }
    void next() {
        if (++column_ < columns) return;
        end_row();
    }
    void end_row() {
        if (column_ == 0) return;
        column_ = 0;
        y_ += panel_height() + gap;
    }

    std::vector<std::string> names_;
    std::vector<double> before_;
    svg::page page_;
    std::string colour_;
    double x_ = 0, y_ = 0;
    std::size_t column_ = 0;
};

}  // namespace gallery
