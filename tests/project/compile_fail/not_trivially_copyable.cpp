// expect: argdraw: a stage is not trivially copyable; a sampler is a plain value, so give the stage a span or a pointer to what it needs
#include <vector>

#include <argdraw/argdraw.hpp>

using namespace argdraw;

struct ban_listed {
    std::vector<token_id> ids;

    template <logit_scalar T>
    void operator()(candidates<T>& c) const noexcept {
        c.ban(ids);
    }
};

drawn token(const std::vector<float>& logits) { return sampler{ban_listed{{1, 2}}, greedy{}}(logits); }
