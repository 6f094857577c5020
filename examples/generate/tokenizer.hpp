// A sentencepiece-style byte-pair tokenizer that reads the layout llama2.c made public.
//
//   layout   int32 longest piece; then for each id float32 score, int32 length, the bytes. The file does not say how many
//            ids there are: the model does. 0 is unknown, 1 begins a text, 2 ends one, 3..258 are the bytes.
//   encode   one space before the text, a piece per character (its bytes where there is none), then the adjacent pair
//            with the best score is merged until no pair is a piece
//   sources  Sennrich et al. 2016, arXiv:1508.07909; Kudo and Richardson 2018, arXiv:1808.06226
#pragma once

#include "file_bytes.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace generate {

// How many bytes the character at the front of `text` has: 1 to 4, and 0 where the bytes are no UTF-8.
inline std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (text.empty()) return 0;
    const unsigned first = byte(0);
    const std::size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    return length;
}

class tokenizer {
public:
    static constexpr int begin = 1;
    static constexpr int end = 2;

    tokenizer(const std::string& path, std::int64_t vocabulary) : tokenizer(file_bytes(path), vocabulary) {}
    tokenizer(file_bytes file, std::int64_t vocabulary) {
        if (vocabulary < first_piece) file.fail("the model's vocabulary has no room for the 256 byte tokens.");
        const auto longest = file.read<std::int32_t>();
        // Eight bytes is the least an id takes: a small file cannot ask for a large table.
        if (longest < 1 || file.remaining() / 8 < static_cast<std::size_t>(vocabulary)) {
            file.fail("the file is not a tokenizer of " + std::to_string(vocabulary) + " tokens.");
        }
        pieces_.reserve(static_cast<std::size_t>(vocabulary));
        for (int id = 0; id < vocabulary; ++id) {
            const auto score = file.read<float>();
            const auto length = file.read<std::int32_t>();
            if (!std::isfinite(score) || length < 0 || length > longest) {
                file.fail("token " + std::to_string(id) + " has an impossible score or length.");
            }
            pieces_.push_back({std::string(file.take(static_cast<std::size_t>(length))), score});
            // Control and byte tokens are never the reading of a text that merely spells their names.
            if (id >= first_piece) ids_.emplace(pieces_.back().text, id);
        }
        if (file.remaining() != 0) file.fail("the file has more tokens than the model's " + std::to_string(vocabulary) + ".");
    }

    std::vector<int> encode(std::string_view text, bool with_begin) const {
        std::vector<int> ids;
        if (!text.empty()) add_characters(" ", ids);
        add_characters(text, ids);
        merge(ids);
        if (with_begin) ids.insert(ids.begin(), begin);
        return ids;
    }

    // The id that stands for exactly these bytes; -1 where there is none.
    int find(std::string_view text) const {
        if (const auto found = ids_.find(std::string(text)); found != ids_.end()) return found->second;
        return text.size() == 1 ? first_byte + static_cast<unsigned char>(text.front()) : -1;
    }

    std::size_t size() const { return pieces_.size(); }
    const std::string& piece(int id) const { return pieces_.at(static_cast<std::size_t>(id)).text; }

    // The bytes `id` stands for, after `previous`.
    std::string decode(int previous, int id) const {
        const std::string& text = piece(id);
        if (first_byte <= id && id < first_piece) return std::string(1, static_cast<char>(id - first_byte));
        return previous == begin && text.starts_with(' ') ? text.substr(1) : text;
    }

private:
    static constexpr int first_byte = 3;
    static constexpr int first_piece = first_byte + 256;

    struct scored_piece {
        std::string text;
        float score;
    };

    void add_characters(std::string_view text, std::vector<int>& ids) const {
        while (!text.empty()) {
            const std::size_t length = std::max<std::size_t>(character_length(text), 1);
            if (const auto found = ids_.find(std::string(text.substr(0, length))); found != ids_.end()) {
                ids.push_back(found->second);
            } else {
                for (const char c : text.substr(0, length)) ids.push_back(first_byte + static_cast<unsigned char>(c));
            }
            text.remove_prefix(length);
        }
    }

    void merge(std::vector<int>& ids) const {
        while (true) {
            int best = -1;
            std::size_t at = 0;
            for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
                if (ids[i] < first_piece || ids[i + 1] < first_piece) continue;
                const auto found = ids_.find(piece(ids[i]) + piece(ids[i + 1]));
                if (found != ids_.end() && (best < 0 || score(found->second) > score(best))) {
                    best = found->second;
                    at = i;
                }
            }
            if (best < 0) return;
            ids[at] = best;
            ids.erase(std::next(ids.begin(), static_cast<std::ptrdiff_t>(at) + 1));
        }
    }

    float score(int id) const { return pieces_[static_cast<std::size_t>(id)].score; }

    std::vector<scored_piece> pieces_;
    std::unordered_map<std::string, int> ids_;
};

}  // namespace generate
