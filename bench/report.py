#!/usr/bin/env python3
"""Prints the table of a benchmark run: report.py pipelines.json [--filter REGEX] [--check]

Reads the JSON of Google Benchmark. Times are medians of the repetitions' CPU time; GB is 10^9 bytes. Every pipeline is
stated as a multiple of the floor of the same run: the smaller of floor/read and floor/or at the same scalar and
vocabulary, for `hot` rows floor/read-hot. Those that bars.py has a bar for are stated in its unit too, beside the bar and as a
share of it. --check prints the ones above their bar alone, and fails where there are any.
"""
import argparse
import json
import re
import statistics
import sys

from bars import BARS

BYTES = {"float": 4, "double": 8, "half": 2, "bfloat16": 2}
PIPELINES = ["greedy", "temperature", "top_k", "top_p", "min_p", "default"]  # the first ones of the table
ROWS = ["peaked", "hot", "zipf", "flat", "masked", "ties", "trigram"]
TO_MICROSECONDS = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}


def load(path):
    """The medians in microseconds by name, and the context of the run."""
    with open(path, encoding="utf-8") as file:
        run = json.load(file)
    repetitions, medians = {}, {}
    for entry in run["benchmarks"]:
        if entry.get("error_occurred"):
            continue
        time = entry["cpu_time"] * TO_MICROSECONDS[entry["time_unit"]]
        if entry["run_type"] == "iteration":
            repetitions.setdefault(entry["run_name"], []).append(time)
        elif entry["aggregate_name"] == "median":
            medians[entry["run_name"]] = time
    medians.update((name, statistics.median(times)) for name, times in repetitions.items())
    return medians, run["context"]


def machine(context):
    """The processor and what ran on it, in a line. The host's name is left out: it says nothing to a reader."""
    return f"{context.get('processor', 'unknown processor')}, {context.get('kernels', 'unknown')} kernels"


def floor(times, scalar, vocab, hot=False):
    """The honest floor: whichever of the two reading passes was faster."""
    names = ["read-hot"] if hot else ["read", "or"]
    found = [times[key] for key in (f"floor/{name}/{scalar}/{vocab}" for name in names) if key in times]
    return min(found, default=None)


def against_bar(times, key):
    """How many of its passes a pipeline takes, and how many it may; None where it has no bar, or the pass was not measured."""
    if key not in BARS:
        return None
    factor, unit = BARS[key]
    scalar, vocab = key.split("/")[-2:]
    one = times.get(f"floor/exp/float/{vocab}") if unit == "e" else floor(times, scalar, vocab)
    return (times[key] / one, factor, unit) if one else None


def baseline(times, name, rest):
    """The fastest baseline of a pipeline: top_p has two."""
    found = [times[key] for key in (f"baseline/{name}{variant}/{rest}" for variant in ("", "_partial")) if key in times]
    return min(found, default=None)


def ratio(numerator, denominator):
    return f"{numerator / denominator:.2f}" if numerator and denominator else ""


def microseconds(time):
    return f"{time:.2f}" if time < 100 else f"{time:,.0f}"


def rate(scalar, vocab, time):
    return f"{BYTES[scalar] * int(vocab) / time / 1e3:.1f}"


def table(header, rows, text_columns):
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]

    def line(cells):
        aligned = [c.ljust(w) if i < text_columns else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths))]
        return "| " + " | ".join(aligned) + " |"

    rule = ["-" * w if i < text_columns else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    return "\n".join([line(header), line(rule), *(line(row) for row in rows)])


def floors_table(times):
    header = ["scalar", "vocabulary", "read µs", "GB/s", "or µs", "read-hot µs", "GB/s", "exp µs", "exp / floor"]
    rows = []
    for key in times:
        family, name, *rest = key.split("/")
        if (family, name) != ("floor", "read"):
            continue
        scalar, vocab = rest
        read, bits, hot, exp = (times.get(f"floor/{which}/{scalar}/{vocab}") for which in ("read", "or", "read-hot", "exp"))
        rows.append([scalar, vocab, microseconds(read), rate(scalar, vocab, read), microseconds(bits) if bits else "",
                     microseconds(hot) if hot else "", rate(scalar, vocab, hot) if hot else "",
                     microseconds(exp) if exp else "", ratio(exp, floor(times, scalar, vocab))])
        if bits and abs(read / bits - 1) > 0.05:
            print(f"note: floor/read and floor/or differ by {100 * abs(read / bits - 1):.0f} % at {scalar}/{vocab}: "
                  "the machine was busy, or a pass is not what it should be")
    return table(header, sorted(rows, key=lambda r: (list(BYTES).index(r[0]), int(r[1]))), 1)


def pipelines_table(times, pattern):
    header = ["pipeline", "row", "scalar", "vocabulary", "median µs", "GB/s", "/ floor", "/ float floor",
              "baseline µs", "baseline / ours", "passes", "bar", "/ bar"]
    rows = []
    for key, time in times.items():
        family, name, *rest = key.split("/")
        if family != "pipeline" or not re.search(pattern, key):
            continue
        held = against_bar(times, key)
        kind, scalar, vocab = rest
        hot = kind == "hot"
        narrow = BYTES[scalar] == 2
        engine = baseline(times, name, "/".join(rest))
        rows.append([name, kind, scalar, vocab, microseconds(time), rate(scalar, vocab, time),
                     ratio(time, floor(times, scalar, vocab, hot)),
                     ratio(time, floor(times, "float", vocab, hot)) if narrow else "",
                     microseconds(engine) if engine else "", ratio(engine, time),
                     *([f"{held[0]:.2f} {held[2]}", f"{held[1]:g} {held[2]}", ratio(*held[:2])] if held else [""] * 3)])
    names = PIPELINES + sorted({row[0] for row in rows} - set(PIPELINES))
    rows.sort(key=lambda r: (names.index(r[0]), ROWS.index(r[1]), list(BYTES).index(r[2]), int(r[3])))
    return table(header, rows, 3)


def peers_table(times, library):
    header = ["pipeline", "row", f"{library} µs", "ours in its chain µs", "theirs / ours"]
    rows = []
    for key, theirs in times.items():
        family, who, *rest = key.split("/")
        ours = times.get("/".join(["peer", "argdraw_in_llama_cpp", *rest]))
        if family == "peer" and who == "llama_cpp" and ours:
            rows.append([rest[0], rest[1], microseconds(theirs), microseconds(ours), ratio(theirs, ours)])
    rows.sort(key=lambda r: (r[0], ROWS.index(r[1])))
    return table(header, rows, 2)


def passed_bars(times, pattern):
    """The pipelines above their bar, the worst first."""
    held = [(each, key) for key in times if re.search(pattern, key) and (each := against_bar(times, key))]
    above = sorted(((passes / bar, key, passes, bar, unit) for (passes, bar, unit), key in held if passes > bar), reverse=True)
    for share, key, passes, bar, unit in above:
        print(f"{key}: {passes:.2f} {unit}, {share:.2f} of its bar of {bar:g} {unit}")
    print(f"{len(above)} of {len(held)} above their bar")
    return bool(above) or not held


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("json")
    parser.add_argument("--filter", default="", help="only pipelines whose name matches")
    parser.add_argument("--check", action="store_true", help="print what is above its bar, and fail where there is any")
    arguments = parser.parse_args()
    times, context = load(arguments.json)
    print(f"{machine(context)}; {context['date']}\n")
    if context.get("trigram", "").startswith("left out"):
        print(f"note: rows of a language model are {context['trigram']} (ARGDRAW_BENCH_TRIGRAM)\n")
    if arguments.check:
        sys.exit(passed_bars(times, arguments.filter))
    print(floors_table(times), end="\n\n")
    print(pipelines_table(times, arguments.filter))
    if "llama.cpp" in context:
        print("", peers_table(times, context["llama.cpp"].split(",")[0]), sep="\n")


if __name__ == "__main__":
    main()
