// Draws with the file for the lesser machine, and with both where the machine has what the other was compiled for.
#include <cstdint>
#include <cstring>
#include <vector>

int lesser(const std::vector<float>& logits, std::uint32_t position);
int greater(const std::vector<float>& logits, std::uint32_t position);

int main(int argc, char**) {
    std::vector<float> logits(1000);
    for (std::size_t i = 0; i < logits.size(); ++i) logits[i] = static_cast<float>(i * 7 % 13);
    for (std::uint32_t i = 0; i < 100; ++i) {
        const int token = lesser(logits, i);
        if (token < 0 || (argc > 1 && greater(logits, i) != token)) return 1;
    }
    return 0;
}
