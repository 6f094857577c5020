"""What including argdraw costs a compiler: user time against a program that parses JSON, and bytes of objects.

Each is compiled several times, in turns, and the medians are compared, so that a busy machine weighs on all alike.
"""
import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ELSEWHERE = ["-DARGDRAW_KERNELS_ELSEWHERE"]
TEXT_ELSEWHERE = [*ELSEWHERE, "-DARGDRAW_TEXT_ELSEWHERE"]

# name, source, flags, and how many times the time of JSON's it may take.
CASES = [
    ("JSON: nlohmann-json parses a line", "json.cpp", ["-O2"], None),
    ("argdraw.hpp alone", "umbrella.cpp", ["-O2"], 0.5),
    ("first program, headers alone", "first.cpp", ["-O2"], 2.0),
    ("first program, with argdraw::kernels", "first.cpp", ["-O2", *ELSEWHERE], 0.9),
    ("four formats, with argdraw::kernels", "four.cpp", ["-O2", *ELSEWHERE], 1.3),
    ("adapter with a chain, with argdraw::kernels, -O3", "adapter.cpp", ["-O3", *ELSEWHERE], 3.0),
    ("pipelines as text, with argdraw::text", "text.cpp", ["-O2", *TEXT_ELSEWHERE], 1.0),
    ("argdraw::kernels", "../../../src/kernels.cpp", ["-O2"], 6.0),
    ("argdraw::text", "../../../src/text.cpp", ["-O2", *ELSEWHERE], 6.0),
]
# name, source, flags, section or None for the whole object, most bytes.
SIZES = [
    ("object of the first program, with argdraw::kernels, -g", "first.cpp", ["-O2", "-g", *ELSEWHERE], None, 1_500_000),
    ("object of the first program, headers alone, -g", "first.cpp", ["-O2", "-g"], None, 1_500_000),
    ("code of the adapter, with argdraw::kernels, -O3", "adapter.cpp", ["-O3", *ELSEWHERE], "text", 250_000),
]


def compiled(options, source, flags):
    output = options.scratch / "weighed.o"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([options.compiler, "-std=c++20", "-I", options.include, "-idirafter", options.json, *flags, "-c", HERE / source, "-o", output], check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, output


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--json", default="/usr/include", help="where nlohmann/json.hpp is")
    parser.add_argument("--include", default=HERE.parents[2] / "include")
    parser.add_argument("--scratch", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--judge", action="store_true", help="fail where a figure is above the most")
    options = parser.parse_args()
    os.environ.pop("CPLUS_INCLUDE_PATH", None)

    seconds = {name: [] for name, *_ in CASES}
    for _ in range(options.times):
        for name, source, flags, _ in CASES:
            seconds[name].append(compiled(options, source, flags)[0])
    median = {name: statistics.median(all) for name, all in seconds.items()}
    unit = median[CASES[0][0]]
    heavy = 0
    print(f"{'compiled':56} {'user s':>7} {'x JSON':>7} {'most':>6}")
    for name, _, _, most in CASES:
        ratio = median[name] / unit
        heavy += most is not None and ratio > most
        print(f"{name:56} {median[name]:7.2f} {ratio:7.2f} {most if most else '':>6}")
    print(f"{'written':56} {'bytes':>15} {'most':>9}")
    for name, source, flags, section, most in SIZES:
        _, output = compiled(options, source, flags)
        size = output.stat().st_size
        if section:
            size = int(subprocess.run(["size", output], check=True, capture_output=True, text=True).stdout.splitlines()[1].split()[0])
        heavy += size > most
        print(f"{name:56} {size:15} {most:9}")
    sys.exit(options.judge and heavy > 0)


if __name__ == "__main__":
    main()
