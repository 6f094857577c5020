// Rectangles and lines of text, as SVG.
#pragma once

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

namespace svg {

inline std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&') out += "&amp;";
        else if (c == '<') out += "&lt;";
        else if (c == '>') out += "&gt;";
        else if (c == '"') out += "&quot;";
        else out += c;
    }
    return out;
}

inline std::string number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

class page {
public:
    void rect(double x, double y, double w, double h, std::string_view fill) {
        out_ += "<rect" + place(x, y, w, h) + " fill=\"" + std::string(fill) + "\"/>\n";
    }
    // An edge, and what is in it.
    void box(double x, double y, double w, double h, double round, std::string_view fill, std::string_view edge) {
        out_ += "<rect" + place(x, y, w, h) + (round > 0 ? " rx=\"" + rounded(round) + "\"" : "") + " fill=\"" + std::string(fill) +
                "\" stroke=\"" + std::string(edge) + "\"/>\n";
    }
    // Of a class that the style names; `more` is another text behind it, of a class of its own.
    void text(double x, double y, std::string_view kind, std::string_view says, std::string_view more_kind = "",
              std::string_view more = "") {
        out_ += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" class=\"" + std::string(kind) + "\">" + escaped(says);
        if (!more.empty()) out_ += "<tspan dx=\"10\" class=\"" + std::string(more_kind) + "\">" + escaped(more) + "</tspan>";
        out_ += "</text>\n";
    }

    // The whole of it. `style`: of the classes of text.
    std::string svg(double width, double height, std::string_view style) const {
        const std::string size = number(width) + "\" height=\"" + number(height);
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + size + "\" viewBox=\"0 0 " + number(width) + " " + number(height) +
               "\">\n"
               "<style>\n"
               "text { font-family: system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif; fill: "
               "#2b323c; }\n"
               ".title { font-size: 22px; font-weight: 600; }\n"
               ".group { font-size: 17px; font-weight: 600; }\n"
               ".says { font-size: 12.5px; font-weight: 400; fill: #5b6572; }\n" +
               std::string(style) + "</style>\n<rect width=\"" + size + "\" rx=\"12\" fill=\"#f6f7f9\"/>\n" + out_ + "</svg>\n";
    }

private:
    static std::string place(double x, double y, double w, double h) {
        return " x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" + number(w) + "\" height=\"" + number(h) + "\"";
    }
    static std::string rounded(double round) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "%g", round);
        return text.data();
    }

    std::string out_;
};

}  // namespace svg
