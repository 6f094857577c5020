// The whole of a binary file in memory, and values read from it with their bounds checked.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace generate {

static_assert(std::endian::native == std::endian::little, "the checkpoint and tokenizer layouts are little-endian");
static_assert(std::numeric_limits<float>::is_iec559, "the checkpoint and tokenizer layouts hold IEEE 754 floats");

// Every error about a file is one sentence that begins with its name.
class file_error : public std::runtime_error {
public:
    file_error(const std::filesystem::path& path, const std::string& what) : std::runtime_error(path.string() + ": " + what) {}
};

class file_bytes {
public:
    explicit file_bytes(std::filesystem::path path) : path_(std::move(path)) {
        std::error_code error;
        const std::uintmax_t size = std::filesystem::file_size(path_, error);
        if (error) fail("the file cannot be opened (" + error.message() + ").");
        std::ifstream file(path_, std::ios::binary);
        if (!file) fail("the file cannot be opened.");
        bytes_.resize(static_cast<std::size_t>(size));
        file.read(bytes_.data(), static_cast<std::streamsize>(size));
        if (!file || file.gcount() != static_cast<std::streamsize>(size)) fail("the file cannot be read to its end.");
    }

    std::size_t size() const { return bytes_.size(); }
    std::size_t remaining() const { return bytes_.size() - offset_; }

    template <class T>
    T read() {
        T value;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }

    void read(std::span<float> values) {
        if (values.empty()) return;
        std::memcpy(values.data(), take(values.size_bytes()).data(), values.size_bytes());
    }

    std::string_view take(std::size_t count) {
        if (count > remaining()) fail("the file ends in the middle of a value.");
        const std::string_view taken(bytes_.data() + offset_, count);
        offset_ += count;
        return taken;
    }

    [[noreturn]] void fail(const std::string& what) const { throw file_error(path_, what); }

private:
    std::filesystem::path path_;
    std::vector<char> bytes_;
    std::size_t offset_ = 0;
};

}  // namespace generate
