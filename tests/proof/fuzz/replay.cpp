// Runs a target over stored inputs, files or directories of them, where there is no fuzzer to do so.
#include "input.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

int main(int count, char** names) {
    std::size_t inputs = 0;
    const auto run = [&](const std::filesystem::path& path) {
        std::ifstream file(path, std::ios::binary);
        fuzz::require(file.good(), path.string().c_str());
        const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        ++inputs;
    };
    for (int i = 1; i < count; ++i) {
        if (std::filesystem::is_directory(names[i]))
            for (const auto& entry : std::filesystem::directory_iterator(names[i])) run(entry.path());
        else run(names[i]);
    }
    std::printf("%zu inputs\n", inputs);
    return inputs == 0;
}
