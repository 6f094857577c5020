#include <vector>

#include <argdraw/random/philox.hpp>

int token_of_first(const std::vector<float>& logits, argdraw::philox random);
int token_of_second(const std::vector<float>& logits, argdraw::philox random);
const void* isa_of_first();
const void* isa_of_second();

int main() {
    const std::vector logits{1.0f, 3.0f, 2.5f, 0.5f};
    for (std::uint32_t i = 0; i < 100; ++i)
        if (token_of_first(logits, {.position = i}) != token_of_second(logits, {.position = i})) return 1;
    return isa_of_first() == isa_of_second() ? 0 : 1;  // one choice for the whole program
}
