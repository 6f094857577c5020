// made — the pipeline of a recipe, and how a recipe puts it together.
#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <argdraw/core/config.hpp>
#include <argdraw/core/phrases.hpp>
#include <argdraw/core/token.hpp>
#include <argdraw/core/view_of.hpp>
#include <argdraw/recipes/fields.hpp>
#include <argdraw/sampler/any_draw.hpp>
#include <argdraw/sampler/any_stage.hpp>
#include <argdraw/text/compiled.hpp>
#include <argdraw/text/pipeline.hpp>
#include <argdraw/text/values.hpp>

namespace argdraw::inline ARGDRAW_ABI::recipes {

/// What a recipe makes: a pipeline, or what is wrong with the recipe. Copies share the memory of the pipeline's lists, which is their own
/// and not the recipe's, and has to outlive the pipeline's use.
struct made {
    pipeline pick{chain{}, any_draw{}};
    fault wrong;
    std::shared_ptr<const text::memory> lists;

    made() = default;
    explicit made(fault why) : wrong(std::move(why)) {}

    explicit operator bool() const noexcept { return !wrong; }
    /// The pipeline as text, for parse().
    std::string text() const { return to_text(pick); }
};

namespace detail {

/// A pipeline under way: stages that act, one after the other, and the lists that they see.
class assembly {
public:
    /// Stages that are off are left out: they would do nothing, and take no random word.
    void add(const any_stage& stage) {
        if (!stage.neutral()) stages_.add(stage);
    }
    template <class T>
    view_of<T> keep(std::vector<T> items) {
        return lists_->keep(std::move(items));
    }
    const phrases& keep(phrases all) { return lists_->keep(std::move(all)); }
    /// Lists of lists: all that they have.
    view_of<std::span<const token_id>> keep(const std::vector<std::vector<token_id>>& phrases) {
        std::vector<std::span<const token_id>> views;
        for (const auto& each : phrases) views.push_back(lists_->keep(each));
        return lists_->keep(std::move(views));
    }

    made end(const any_draw& draw) && {
        made result;
        const std::string_view stage = stages_.fault(), last = draw.fault();
        if (!stage.empty()) result.wrong = bad_parameter(std::string(stage));
        else if (!last.empty()) result.wrong = bad_parameter(std::string(last));
        else result.pick = pipeline{stages_, draw};
        result.lists = std::move(lists_);
        return result;
    }

private:
    std::shared_ptr<text::memory> lists_ = std::make_shared<text::memory>();
    chain stages_;
};

}  // namespace detail

}  // namespace argdraw::recipes
