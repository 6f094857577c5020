// The whole of a binary file in memory, and values read from it with their bounds checked. Needs no file system where the bytes are there already.
#pragma once

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace generate {

static_assert(std::endian::native == std::endian::little, "the checkpoint and tokenizer layouts are little-endian");
static_assert(std::numeric_limits<float>::is_iec559, "the checkpoint and tokenizer layouts hold IEEE 754 floats");

// Every error about a file is one sentence that begins with its name.
class file_error : public std::runtime_error {
public:
    file_error(const std::string& path, const std::string& what) : std::runtime_error(path + ": " + what) {}
};

class file_bytes {
public:
    // What has been read from the file `path`.
    file_bytes(std::string path, std::vector<char> bytes) : path_(std::move(path)), bytes_(std::move(bytes)) {}

    explicit file_bytes(std::string path) : path_(std::move(path)) {
        std::ifstream file(path_, std::ios::binary | std::ios::ate);
        if (!file) fail("the file cannot be opened (" + std::string(std::strerror(errno)) + ").");
        const std::streamoff size = file.tellg();
        if (size < 0 || size == std::numeric_limits<std::streamoff>::max()) fail("the file cannot be read.");
        bytes_.resize(static_cast<std::size_t>(size));
        file.seekg(0);
        file.read(bytes_.data(), size);
        if (!file || file.gcount() != size) fail("the file cannot be read to its end.");
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
    std::string path_;
    std::vector<char> bytes_;
    std::size_t offset_ = 0;
};

}  // namespace generate
