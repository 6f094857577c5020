#!/usr/bin/env python3
"""Prints the table of a benchmark run: report.py pipelines.json... [--filter REGEX] [--check]

Reads the JSON of Google Benchmark. Times are medians of the repetitions' CPU time, of real time where several threads take part; GB is
10^9 bytes. Every pipeline is stated as a multiple of the floor of the same run: the smaller of floor/read and floor/or at the same scalar
and vocabulary, for `hot` rows floor/read-hot. What bars.py has a bar for is stated in its unit too, beside the bar and as a share of it.
--check prints what is above its bar alone, and fails where there is any, in any of the runs.
"""
import argparse
import json
import re
import statistics
import sys

from bars import bars

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
        time = entry["real_time" if entry["run_name"].endswith("/real_time") else "cpu_time"] * TO_MICROSECONDS[entry["time_unit"]]
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


def held(times, context):
    """What has a bar: how many passes it takes, how many it may, and of what, by name."""
    return {name: (times[name] / min(times[one] for one in bar.against if one in times), bar.factor, bar.unit)
            for name, bar in bars(times, context.get("kernels")).items()}


def beside_bar(found):
    return [f"{found[0]:.2f} {found[2]}", f"{found[1]:g} {found[2]}", ratio(*found[:2])] if found else [""] * 3


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
    header = ["scalar", "vocabulary", "read µs", "GB/s", "or µs", "read-hot µs", "GB/s", "plain µs", "exp µs", "exp / floor"]
    rows = []
    for key in times:
        family, name, *rest = key.split("/")
        if (family, name) != ("floor", "read"):
            continue
        scalar, vocab = rest
        read, bits, hot, plain, exp = (times.get(f"floor/{which}/{scalar}/{vocab}") for which in ("read", "or", "read-hot", "read-plain", "exp"))
        rows.append([scalar, vocab, microseconds(read), rate(scalar, vocab, read), microseconds(bits) if bits else "",
                     microseconds(hot) if hot else "", rate(scalar, vocab, hot) if hot else "", microseconds(plain) if plain else "",
                     microseconds(exp) if exp else "", ratio(exp, floor(times, scalar, vocab))])
        if bits and abs(read / bits - 1) > 0.05:
            print(f"note: floor/read and floor/or differ by {100 * abs(read / bits - 1):.0f} % at {scalar}/{vocab}: "
                  "the machine was busy, or a pass is not what it should be")
    return table(header, sorted(rows, key=lambda r: (list(BYTES).index(r[0]), int(r[1]))), 1)


def pipelines_table(times, found, pattern):
    header = ["pipeline", "row", "scalar", "vocabulary", "median µs", "GB/s", "/ floor", "/ float floor",
              "baseline µs", "baseline / ours", "passes", "bar", "/ bar"]
    rows = []
    for key, time in times.items():
        family, name, *rest = key.split("/")
        if family != "pipeline" or not re.search(pattern, key):
            continue
        kind, scalar, vocab = rest
        hot = kind == "hot"
        narrow = BYTES[scalar] == 2
        engine = baseline(times, name, "/".join(rest))
        rows.append([name, kind, scalar, vocab, microseconds(time), rate(scalar, vocab, time),
                     ratio(time, floor(times, scalar, vocab, hot)),
                     ratio(time, floor(times, "float", vocab, hot)) if narrow else "",
                     microseconds(engine) if engine else "", ratio(engine, time),
                     *beside_bar(found.get(key))])
    names = PIPELINES + sorted({row[0] for row in rows} - set(PIPELINES))
    rows.sort(key=lambda r: (names.index(r[0]), ROWS.index(r[1]), list(BYTES).index(r[2]), int(r[3])))
    return table(header, rows, 3)


def others_table(times, found, pattern):
    header = ["what", "median µs", "passes", "bar", "/ bar"]
    rows = [[key, microseconds(times[key]), *beside_bar(each)] for key, each in found.items()
            if key.split("/")[0] not in ("pipeline", "peer") and re.search(pattern, key)]
    return table(header, rows, 1) if rows else ""


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


def passed_bars(found, pattern):
    """Prints what is above its bar, the worst first; whether there is any, or nothing that has a bar."""
    asked = {name: each for name, each in found.items() if re.search(pattern, name)}
    above = sorted(((passes / bar, name, passes, bar, unit) for name, (passes, bar, unit) in asked.items() if passes > bar), reverse=True)
    for share, name, passes, bar, unit in above:
        print(f"{name}: {passes:.2f} {unit}, {share:.2f} of its bar of {bar:g} {unit}")
    print(f"{len(above)} of {len(asked)} above their bar\n")
    return bool(above) or not asked


def print_run(times, context, arguments):
    """Whether something is above its bar, where that is asked."""
    print(f"{machine(context)}; {context['date']}\n")
    if context.get("trigram", "").startswith("left out"):
        print(f"note: rows of a language model are {context['trigram']} (ARGDRAW_BENCH_TRIGRAM)\n")
    found = held(times, context)
    if arguments.check:
        return passed_bars(found, arguments.filter)
    print(floors_table(times), pipelines_table(times, found, arguments.filter), others_table(times, found, arguments.filter), sep="\n\n")
    if "llama.cpp" in context:
        print("", peers_table(times, context["llama.cpp"].split(",")[0]), sep="\n")
    return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("json", nargs="+")
    parser.add_argument("--filter", default="", help="only pipelines whose name matches")
    parser.add_argument("--check", action="store_true", help="print what is above its bar, and fail where there is any")
    arguments = parser.parse_args()
    failed = [print_run(*load(path), arguments) for path in arguments.json]
    sys.exit(any(failed))


if __name__ == "__main__":
    main()
