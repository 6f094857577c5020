// Writes the logits of the example model along one of its texts: rows.cpp's output is rows.bin.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <argdraw/argdraw.hpp>

#include "tokenizer.hpp"
#include "transformer.hpp"

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "usage: rows OUTPUT\n");
        return 2;
    }
    const std::filesystem::path folder = ARGDRAW_GENERATE_DIR;
    generate::transformer model(folder / "stories.bin");
    const generate::tokenizer words(folder / "tokenizer.bin", model.shape().vocabulary);
    Eigen::VectorXf logits;
    for (const int id : words.encode("Once upon a time", true)) model.step(id, logits);

    const argdraw::sampler pick{argdraw::temperature{1.0f}, argdraw::categorical{}};
    argdraw::philox random{.seed = 7};
    std::ofstream out(arguments[1], std::ios::binary);
    for (int i = 0; i < 32; ++i) {
        out.write(reinterpret_cast<const char*>(logits.data()), static_cast<std::streamsize>(sizeof(float)) * logits.size());
        model.step(pick(logits, random).id, logits);
    }
}
