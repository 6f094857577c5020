"""Faults of the candidates: bands beside masks and edits, edges of masses, and what edits cost."""
from mutant import Mutant

BANDS = "unit/candidates/bands.cpp"
# The maxima as they are, and as those of removed tokens, too.
MAXIMA = "if (removed_ > block_count()) return row_.maxima(out);"
MAXIMA_OF_ALL = "if (removed_ > block_count()) return row_.maxima_of_all(out);"
VERBS = "unit/candidates/verbs.cpp"
MAPPED = "unit/candidates/mapped_row.cpp"

FAULTS = [
    Mutant(
        "map4", "a cap that is not odd",
        "simd/kernels/maps.inl",
        "keep_below(ratio[i], zero, sub(zero, size[i]))",
        "keep_below(ratio[i], zero, size[i])",
        "unit/simd/maps.cpp", "maps: capped is bound tanh(x / bound), bit for bit"),
    Mutant(
        "order1", "values of one rank stay as they stand",
        "candidates/order.hpp",
        "return x != y ? x > y : a < b;",
        "return a < b;",
        "unit/candidates/order.cpp", "order: values of any kind are put in order, equal ones by id"),
    Mutant(
        "order2", "ranks of one bucket stay as they stand",
        "numeric/radix_sort.hpp",
        "if (!less(each, words[i - 1])) continue;",
        "continue;",
        "unit/candidates/order.cpp", "order: values of any kind are put in order, equal ones by id"),
    Mutant(
        "sums1", "a prefix goes on where the sample had its end too low",
        "candidates/keep_while.hpp",
        "if (!within(sums)) return false;",
        "",
        "unit/candidates/keep_while.cpp", "keep_while: the longest prefix by its mass, of every kind of row and in every form", small=True),
    Mutant(
        "sums2", "of equals at the end one too few",
        "candidates/keep_while.hpp",
        "while (high - low > 1)",
        "while (high - low > 2)",
        "unit/candidates/keep_while.cpp", "keep_while: the longest prefix by its mass, of every kind of row and in every form"),
    Mutant(
        "sums3", "fine sums decide what they leave in doubt",
        "candidates/keep_while.hpp",
        "if (in_doubt) return false; if (!found) continue;",
        "if (!found) continue;",
        "unit/candidates/keep_while.cpp", "keep_while: what fine sums leave in doubt is decided in full"),
    Mutant(
        "power1", "a series about the sum before and not about the middle",
        "candidates/cumulative.hpp",
        "const double center = running / 2, inverse",
        "const double center = running / 4, inverse",
        "unit/candidates/cumulative.cpp", "power_steps: steps of sums that rise fast and slowly"),
    Mutant(
        "power2", "tokens of a cell are told to be less off than they are",
        "candidates/raised_cells.hpp",
        "(7 * before) : 1.0",
        "(14 * before) : 1.0",
        "unit/candidates/raised_cells.cpp", "raised_cells: no set of tokens is off by more than told, and the step of one token is right"),
    Mutant(
        "power3", "equal tokens that are apart stand in the wrong order",
        "candidates/raised_cells.hpp",
        "return a.value != b.value ? a.value > b.value : a.number < b.number;",
        "return a.value != b.value ? a.value > b.value : a.number > b.number;",
        "unit/candidates/raised_cells.cpp", "raised_cells: no set of tokens is off by more than told, and the step of one token is right"),
    Mutant(
        "power5", "who comes behind a power that waits finds the logits before it",
        "candidates/questions.hpp",
        "    if (power_that_waits_ > 0) raise_by_steps(*this, list_);\n",
        "",
        "unit/candidates/cumulative.cpp", "raise_cumulative: who comes behind it finds its logits, whatever stood before, drawn or not"),
    Mutant(
        "power4", "a token is taken whose step may end before",
        "candidates/raised_cells.hpp",
        "numeric::product(all, off + 0x1p-40 + numeric::product(0x1p-47, count))",
        "0.0",
        "unit/candidates/raised_cells.cpp", "quick_raised_token: beside the ends of a token's share it is that token, or none"),
    Mutant(
        "top1", "a level that all blocks reach stands for the first tokens",
        "candidates/maxima.hpp",
        "if (k + k / 8 + 1 < row.block_count() && k + k / 8 + 1 < blocks_reaching(lowest))",
        "if (k <= row.block_count() && blocks_reaching(lowest) >= k)",
        "unit/candidates/shortcuts.cpp", "shortcuts: as many first tokens as there are blocks are not listed with all others"),
    Mutant(
        "norm1", "ln p is of what is left behind a cut",
        "candidates/candidates.hpp",
        "detail::keep_top(known(), k, equals, min_keep);",
        "detail::keep_top(d_, k, equals, min_keep);",
        "unit/candidates/questions.cpp", "candidates: ln p is of what lived when it was asked for, whatever comes behind"),
    Mutant(
        "map1", "a function takes the maximum of a removed token for one",
        "candidates/mapped_row.hpp",
        "maxima_rise_ = F::rises && !of.has_bits() && of.strays().count() == 0 && of.banded().whole();",
        "maxima_rise_ = F::rises && of.strays().count() == 0 && of.banded().whole();",
        MAPPED, "mapped_row: cuts behind a function that is kept, against its values written down"),
    Mutant(
        "map2", "a function of the row's values and not of its logits",
        "candidates/mapped_row.hpp",
        "if (!from_.plain()) simd::maps().moved(values, from_.anchor, from_.scale, from_.shift);",
        "",
        MAPPED, "mapped_row: cuts behind a function that is kept, against its values written down"),
    Mutant(
        "map3", "of equals at the edge one too few",
        "candidates/mapped_row.hpp",
        "return list_reaching(k == 1 ? greatest_ : numeric::level_reached_by(k, lowest, greatest_, reached), k);",
        "return list_reaching(k == 1 ? greatest_ : numeric::level_reached_by(k, lowest, greatest_, reached), k - 1);",
        MAPPED, "mapped_row: cuts behind a function that is kept, against its values written down"),
    Mutant(
        "map7", "a function of two rows sees what is below a band",
        "candidates/mapped_row.hpp",
        "const float cut = level_of<float>(kept.cut);",
        "const float cut = std::numeric_limits<float>::lowest();",
        MAPPED, "mapped_row: cuts behind a function that is kept, against its values written down"),
    Mutant(
        "map6", "a function of two rows sees removed tokens",
        "candidates/mapped_row.hpp",
        "!row_->has_bits() && row_->strays().count() == 0 &&",
        "row_->strays().count() == 0 &&",
        MAPPED, "mapped_row: cuts behind a function that is kept, against its values written down"),
    Mutant(
        "map5", "a quick draw takes values that are rough for exact ones",
        "candidates/mapped_row.hpp",
        "const double share_off = 0x1p-36 + numeric::product(off_, c),",
        "const double share_off = 0x1p-60,",
        MAPPED, "mapped_row: a quick draw has the token and the logarithm of a draw"),
    Mutant(
        "F1", "a maximum below the band is one",
        "candidates/maxima.hpp",
        "greatest_ = row.strays().greatest(greatest_in_band(row));",
        "greatest_ = row.strays().greatest(static_cast<double>(greatest_in_row_));",
        BANDS, "bands: nothing lives where a mask leaves only what lies below one, and every draw says so"),
    Mutant(
        "F1b", "a row without mass has a last block with one",
        "candidates/inverse_cdf.hpp",
        "return b > 0 ? place_in_blocks{b - 1, 1.0} : place_in_blocks{blocks, 0};",
        "return {b - 1, 1.0};",
        "unit/candidates/inverse_cdf.cpp", "inverse_cdf: where nothing weighs anything there is no place, and it is said"),
    Mutant(
        "F1c", "masses are relative to a token below the band",
        "candidates/weighing.hpp",
        "return all >= 0.5;",
        "return true;",
        BANDS, "bands: of a row of which only an edited token lives, that one is drawn"),
    Mutant(
        "F1d", "a level that tokens below the band reach is one that as many living ones do",
        "candidates/view.hpp",
        "return found < k && level > -numeric::infinity ? list_reaching(-numeric::infinity, equals) : found;",
        "return found;",
        BANDS, "bands: an edited token that fell below one is last in the order, and is in it"),
    Mutant(
        "F2", "a removed token is its block's greatest",
        "candidates/living_row.hpp",
        MAXIMA, MAXIMA_OF_ALL,
        BANDS, "bands: behind a mask the first k are all found"),
    Mutant(
        "F2e", "a token that was removed by itself is its block's greatest",
        "candidates/living_row.hpp",
        "if (!row_.removed_below(b, out[b]))",
        "if (out[b] != out[b])",
        "unit/candidates/living_row.cpp", "maxima: removed one by one, in few blocks and in many"),
    Mutant(
        "F4", "a token far below the others takes the row to doubles",
        "candidates/weighing.hpp",
        "most = (std::max)(most, exponent);",
        "most = (std::max)(most, -range < exponent ? exponent : range);",
        BANDS, "bands: a token edited to far below the others leaves the row in floats"),
    Mutant(
        "F13", "an edge within what sums of floats may be off by is theirs",
        "candidates/mass_search.hpp",
        "double rounding() const noexcept { return weights().in_float() ? float_sums::of_weights : 0; }",
        "double rounding() const noexcept { return 0; }",
        "unit/stages/top_p.cpp", "top_p formula: equal logits and an exact share give the exact number, whatever their logit"),
    Mutant(
        "F14", "log-probabilities come from sums of floats",
        "candidates/questions.hpp",
        "if (view<T>* const seen = d.weighed_view(accuracy::full)) return numeric::log1p(seen->weights().all_beside_greatest(seen->row()));",
        "if (view<T>* const seen = d.weighed_view(); seen && d.find_maximum())"
        " return numeric::log(seen->weights().relative_to(d.maximum(), seen->weights().all()));",
        "unit/stages/softmax.cpp", "softmax formula: right to 1e-12 and at most 0, on any row of floats"),
    Mutant(
        "P9a", "the weights of an earlier question are those of the draw",
        "candidates/masses.hpp",
        "wanted == accuracy::quick ? in_float_ || (floats_fail_ && also == also_) : !in_float_;",
        "wanted == accuracy::quick || !in_float_;",
        "unit/candidates/questions.cpp", "candidates: a question moves no bit of a draw"),
    Mutant(
        "F1e", "the edge by nearness may lie above the center",
        "candidates/nearness.hpp",
        "if (static_cast<double>(high) > center) high = -numeric::next_above(-high);",
        "",
        BANDS, "bands: nearness beside one token far above the others, where the row's type rounds the center up"),
    Mutant(
        "F24", "the search by heavy blocks gives up past half of them",
        "candidates/nucleus.hpp",
        "            if (n > half) {\n",
        "            if (n > half) return {};\n            if (n > half) {\n",
        "unit/candidates/shortcuts.cpp", "shortcuts: a few tokens that hold the mass become a list, in however many blocks they lie"),
    Mutant(
        "F24b", "a sample that misled is not corrected",
        "candidates/nucleus_band.hpp",
        "if (of.below > left_out) {\n",
        "if (top > bottom) return false;\n            if (of.below > left_out) {\n",
        "unit/candidates/shortcuts.cpp", "shortcuts: a row in order of its logits, where blocks at even distances mislead, is not listed as a whole"),
    Mutant(
        "P6a", "a share below the cut is taken for as much above its logarithm",
        "candidates/cuts.hpp",
        "log_cut + numeric::log1p(-doubt)",
        "log_cut - doubt",
        BANDS, "bands: a quick estimate of any error within its word decides no token that the full one would not"),
    # The two that random sequences of verbs have to find by themselves, in the number of cases of a push.
    Mutant(
        "F1v", "a maximum below the band is one, in small blocks",
        "candidates/maxima.hpp",
        "greatest_ = row.strays().greatest(greatest_in_band(row));",
        "greatest_ = row.strays().greatest(static_cast<double>(greatest_in_row_));",
        VERBS, "verbs: rows of float against the plain list", small=True),
    Mutant(
        "F2v", "a removed token is its block's greatest, in small blocks",
        "candidates/living_row.hpp",
        MAXIMA, MAXIMA_OF_ALL,
        VERBS, "verbs: rows of float against the plain list", small=True),
    Mutant(
        "T1", "a band by nearness keeps all logits that rounding has at one distance",
        "candidates/nearness.hpp",
        "return between(kept.cut, numeric::next_above(kept.cut)) == equally_near;",
        "return true;",
        "unit/candidates/shortcuts.cpp", "shortcuts: logits that differ by less than their distance's rounding stay by their ids"),
    Mutant(
        "T2n", "what is as near to a center in doubt as the edge, on the other side of it, is taken for nearer or farther for certain",
        "candidates/mass_search.hpp",
        "doubtful |= (apart <= to_others) & !own;",
        "doubtful |= (apart <= to_own) & !own;",
        BANDS, "bands: a quick center of any error within its word leaves what the full one does"),
    Mutant(
        "N1", "what blocks have lost is taken from counts about another level",
        "candidates/masses.hpp",
        "void forget_lost() noexcept { some_lost_ = false; }",
        "void forget_lost() noexcept {}",
        "unit/candidates/masses.cpp", "masses: what was lost is forgotten where the counts give way, and where all is weighed anew"),
    Mutant(
        "N2", "a token with a value of its own stays where it alone lies below a cut",
        "candidates/view.hpp",
        "row_.strays().for_each([&](token_id, double v) { some_below |= v < cut; });",
        "",
        "unit/candidates/cuts.cpp", "cuts: where nothing lies below one the row stays as it is, and so do its masses"),
    Mutant(
        "F41", "biases beside +inf are written over the logits of a sparse row",
        "candidates/edits.hpp",
        "if (view<T>* const seen = d.as_view(); seen && seen->row().sparse()) d.find_maximum(); auto* const entries",
        "auto* const entries",
        "unit/core/sparse_row.cpp", "sparse_row: biases beside +inf, of the row or of the bias, as on the whole row"),
    Mutant(
        "F42", "a row that is read in parts as a wider one is the first part again and again",
        "simd/kernels/blocks.inl",
        "load(block_at(row, b + i) + 16 * v)",
        "load(block_at(row, i) + 16 * v)",
        "unit/simd/removed.cpp", "removed: masses in doubles, bit for bit those of the definition and of the row in doubles"),
]
