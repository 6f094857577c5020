// Recipes of the C door. Included by argdraw.inl, behind what it needs. ARGDRAW_C_RECIPES: with nlohmann's JSON, and without it a status.
#if defined(ARGDRAW_C_RECIPES)
#include <argdraw/recipes/json.hpp>
#include <argdraw/recipes/llama_cpp.hpp>
#include <argdraw/recipes/made.hpp>
#include <argdraw/recipes/openai.hpp>
#include <argdraw/recipes/transformers.hpp>
#include <argdraw/recipes/vllm.hpp>
#endif

namespace argdraw::inline ARGDRAW_ABI::c {

#if defined(ARGDRAW_C_RECIPES)
// What a recipe makes of the text, and what it has to say in `sentence`.
template <class Recipe>
status read_recipe(std::string_view json, parsed& to, argdraw_recipe_read& found, std::string& sentence) {
    Recipe recipe;
    const recipes::loaded loaded = recipes::load_json(recipe, json);
    const recipes::made made = loaded ? recipe.make() : recipes::made(loaded.wrong);
    sentence = made.wrong.sentence;
    if (!made) return made.wrong.why;
    for (const std::string& key : loaded.unknown) (sentence += sentence.empty() ? "" : "\n") += recipes::detail::printable(key);
    found.unknown = loaded.unknown.size();
    const std::optional<std::uint64_t> seed = recipe.fixed_seed();
    found.has_seed = seed ? 1 : 0;
    found.seed = seed.value_or(0);
    to = {made.pick, {}, made.lists};
    return status::ok;
}
inline status read_recipe(std::int32_t engine, std::string_view json, parsed& to, argdraw_recipe_read& found, std::string& sentence) {
    switch (engine) {
        case ARGDRAW_LLAMA_CPP: return read_recipe<recipes::llama_cpp>(json, to, found, sentence);
        case ARGDRAW_TRANSFORMERS: return read_recipe<recipes::transformers>(json, to, found, sentence);
        case ARGDRAW_VLLM: return read_recipe<recipes::vllm>(json, to, found, sentence);
        case ARGDRAW_OPENAI: return read_recipe<recipes::openai>(json, to, found, sentence);
        default: sentence = "there is no engine of this number"; return status::bad_parameter;
    }
}
#else
inline status read_recipe(std::int32_t, std::string_view, parsed&, argdraw_recipe_read&, std::string& sentence) {
    sentence = argdraw_message(ARGDRAW_NO_RECIPES);
    return static_cast<status>(ARGDRAW_NO_RECIPES);
}
#endif

}  // namespace argdraw::c

extern "C" {

argdraw_status argdraw_recipe(int32_t engine, const char* json, size_t length, argdraw_pipeline** out, argdraw_recipe_read* found,
                              char* sentence, size_t room) {
    using namespace argdraw;
    if (out) *out = nullptr;
    if (!c::there(sentence, room)) return ARGDRAW_BAD_PARAMETER;
    if (!out || !c::there(json, length) || (found && !c::fits(found))) {
        c::copy_text("a pointer is null, or a length or size is none", sentence, room);
        return ARGDRAW_BAD_PARAMETER;
    }
    return c::guarded([&] {
        const auto held = std::make_shared<parsed>();
        argdraw_recipe_read read{};
        read.size = sizeof read;
        std::string says;
        const status why = c::read_recipe(engine, length > 0 ? std::string_view(json, length) : std::string_view(), *held, read, says);
        c::copy_text(says, sentence, room);
        if (why != status::ok) return why;
        *out = new (std::nothrow) argdraw_pipeline{.held = held};
        if (*out && found) *found = read;
        return *out ? status::ok : status::out_of_memory;
    });
}

}  // extern "C"
