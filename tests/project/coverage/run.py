#!/usr/bin/env python3
"""Which lines and branches of include/ the tests on push execute, over all programs and all instruction sets of this machine.

  run.py              configures the preset `coverage`, builds the test programs, runs them and counts
  run.py --counted    counts again what the last run left; builds and runs nothing
         --build DIR  elsewhere than in build/coverage

Prints a table and what is left uncovered; 0 only where lines and branches reach their bars, and every line that nothing executes is
explained in explained.txt, and everything explained there is still uncovered. Counts are those of clang's source-based coverage. A line of
a template is covered if one of its instantiations executes it; what an `if constexpr` drops in all of them has no count of its own. A
condition counts as two branches, true and false; one that is constant in every instantiation does not count.

It takes clang, its runtime and its tools (Debian: clang, libclang-rt-14-dev, llvm); of Python, the standard library only.
"""
import argparse
import collections
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
HEADERS = ROOT / "include/argdraw"
EXPLAINED = pathlib.Path(__file__).resolve().parent / "explained.txt"
LINES, BRANCHES = 98.0, 90.0
NOT_APPLICABLE = 77
COMPILER = "clang++"  # the preset's

SETS = ("generic", "neon", "avx2", "avx512", "simd128")
ONLY_ON = {f"simd/lanes/{name}.inl": name for name in SETS}
# Enough of the differential cases: more of them execute nothing new.
FEWER = {"ARGDRAW_COUNT": "200"}
# It draws by the million what the others draw by the thousand.
LEFT_OUT = ("statistics",)


def counts(name):
    """Functions of one name differ between the builds: those with small blocks are another library."""
    return name not in LEFT_OUT and not name.endswith("_small")


# What runs on every instruction set by force of ARGDRAW_ISA; the rest on the best. `simd` forces each set by itself as well.
ON_EVERY_SET = ("core", "numeric", "simd", "stages", "fuzz.rows.replay")

# Lines that do not count: directives, comments, brackets.
NOTHING = re.compile(r"\s*#.*|[\s{}();]*(//.*)?")
# What a function has on some line of it, and what nothing but functions has.
STATEMENT = re.compile(r"^\s*(?!//)(.*[\s{])?return\b.*;")


class Wrong(Exception):
    pass


def output_of(*command, **options):
    return subprocess.run([str(each) for each in command], check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def llvm(tool):
    """The tool of the compiler's own version: the format of profiles is not a stable one."""
    return output_of(COMPILER, f"-print-prog-name={tool}").strip()


class Build:
    """A build of the preset `coverage`."""

    def __init__(self, directory):
        self.directory = directory.resolve()
        self.profiles = self.directory / "profiles"
        self.merged = self.directory / "coverage.profdata"

    def configure(self):
        subprocess.run(["cmake", "--preset", "coverage", "-B", self.directory], cwd=ROOT, check=True, stdout=sys.stderr)

    def make(self):
        listed = output_of("cmake", "--build", self.directory, "--target", "help")
        programs = sorted(program for program in set(re.findall(r"\bargdraw_test_\w+", listed)) if counts(program.removeprefix("argdraw_test_")))
        subprocess.run(["cmake", "--build", self.directory, "--target", *programs], check=True, stdout=sys.stderr)

    def sets(self):
        """Those that this machine has kernels for, by the library's own word, the fastest last."""
        source, program = self.directory / "sets.cpp", self.directory / "sets"
        source.write_text("#include <argdraw/simd/isa.hpp>\n#include <iostream>\nint main() {\n"
                          "    for (auto set : argdraw::every_isa)\n"
                          "        if (supported(set)) std::cout << name(set) << ' ';\n}\n")
        subprocess.run([COMPILER, "-std=c++20", "-I", ROOT / "include", source, "-o", program], check=True)
        return output_of(program).split()

    def commands(self):
        """Of every CTest entry on push that is one of our test programs."""
        entries = json.loads(output_of("ctest", "--test-dir", self.directory, "--show-only=json-v1",
                                       stderr=subprocess.DEVNULL))["tests"]  # where it looked for what the preset does not build
        commands = {each["name"]: each["command"] for each in entries if "command" in each}
        return {name: command for name, command in commands.items()
                if pathlib.Path(command[0]).name.startswith("argdraw_test_") and "[deep]" not in command and counts(name)}

    def run(self):
        self.profiles.mkdir(exist_ok=True)
        for old in self.profiles.iterdir():
            old.unlink()
        sets = self.sets()
        for name, command in self.commands().items():
            for which in sets if name in ON_EVERY_SET else sets[-1:]:
                environment = {**os.environ, "ARGDRAW_ISA": which, **FEWER,
                               "LLVM_PROFILE_FILE": str(self.profiles / f"{name}.{which}.profraw")}
                ran = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", cwd=self.directory)
                if ran.returncode != 0:
                    raise Wrong(f"{name} failed on {which}:\n{ran.stdout}{ran.stderr}")
        subprocess.run([llvm("llvm-profdata"), "merge", "-sparse", "-o", self.merged, *self.profiles.iterdir()], check=True)

    def counts(self):
        """What llvm-cov shows of each file of include/, by its path from there."""
        objects = sorted({command[0] for command in self.commands().values()})
        shown = output_of(llvm("llvm-cov"), "show", "-show-instantiations=false", "-show-branches=count", "-use-color=false",
                          f"-instr-profile={self.merged}", objects[0], *(f"-object={each}" for each in objects[1:]), HEADERS)
        files = collections.defaultdict(list)
        here = []
        for line in shown.splitlines():
            if line.startswith("/") and line.endswith(":"):
                here = files[os.path.relpath(line[:-1], HEADERS)]
            else:
                here.append(line)
        return files


class File:
    """What of a file was executed, in one instantiation or another."""

    def __init__(self, path, shown):
        self.path = path
        self.text = (HEADERS / path).read_text().splitlines()
        executed, self.branches = {}, {}
        for row in shown:
            if found := re.match(r" *(\d+)\| *([\d.]+[kMGTPEZY]?)\|", row):
                executed[int(found[1])] = found[2] != "0"
            elif found := re.match(r" *\|  Branch \((\d+):(\d+)\): \[True: ([^,]+), False: ([^\]]+)\]", row):
                if self.text[int(found[1]) - 1].rstrip().endswith("= default;"):
                    continue  # a comparison that the compiler writes
                both = self.branches.setdefault((int(found[1]), int(found[2])), [False, False])
                both[0] |= found[3] != "0"
                both[1] |= found[4] != "0"
        # A template without an instantiation is not shown. It is not to count as covered for that.
        executed.update({line: False for line, text in enumerate(self.text, 1) if line not in executed and STATEMENT.match(text)})
        self.lines = {line: done for line, done in executed.items() if not NOTHING.fullmatch(self.text[line - 1])}

    def uncovered_lines(self):
        return sorted(line for line, done in self.lines.items() if not done)

    def uncovered_branches(self):
        """(line, column, the value that the condition there never had) where the line is executed."""
        return [(line, column, value) for (line, column), both in sorted(self.branches.items()) if self.lines.get(line)
                for done, value in zip(both, ("true", "false")) if not done]

    def share(self):
        """Lines covered and all; branches covered and all."""
        return (sum(self.lines.values()), len(self.lines)), (sum(map(sum, self.branches.values())), 2 * len(self.branches))


class Explanation:
    """file : what : why. `what` is a part of the lines meant, or * for a whole file that nothing here can execute."""

    def __init__(self, text):
        parts = re.split(r"\s+:\s+", text.strip(), maxsplit=2)
        if len(parts) != 3:
            raise Wrong(f"explained.txt: not file : what : why: {text}")
        self.file, self.what, self.why = parts
        self.used = False

    def explains(self, file, line):
        if file.path != self.file or "".join(self.what.split()) not in "".join(file.text[line - 1].split()):
            return False
        self.used = True
        return True


def explanations():
    return [Explanation(text) for text in EXPLAINED.read_text().splitlines() if text.strip() and not text.startswith("#")]


def percent(covered, of):
    return 100.0 * covered / of if of else 100.0


def judge(build):
    counts, explained, sets = build.counts(), explanations(), build.sets()
    faults, missing, total = [], [], [[0, 0], [0, 0]]
    print("| file of include/argdraw | lines | % | branches | % |\n|---|---:|---:|---:|---:|")
    for path in sorted(str(each.relative_to(HEADERS)) for each in HEADERS.rglob("*") if each.suffix in (".hpp", ".inl")):
        if ONLY_ON.get(path, sets[0]) not in sets:
            print(f"| {path} | not counted: this machine has no {ONLY_ON[path]} | | | |")
            continue
        file = File(path, counts.get(path, []))
        shares = file.share()
        for sums, share in zip(total, shares):
            sums[0] += share[0]
            sums[1] += share[1]
        if shares[0][1]:
            (lines, of_lines), (branches, of_branches) = shares
            print(f"| {path} | {lines}/{of_lines} | {percent(lines, of_lines):.1f} | {branches}/{of_branches} "
                  f"| {percent(branches, of_branches):.1f} |")
        else:
            print(f"| {path} | nothing in it is executed at run time | | | |")
        for line in file.uncovered_lines():
            why = next((each.why for each in explained if each.explains(file, line)), None)
            missing.append(f"{path}:{line}: {file.text[line - 1].strip()}\n    {why or 'NOT EXPLAINED'}")
            if not why:
                faults.append(f"{path}:{line} is executed by no test, and not explained")
        for line, column, value in file.uncovered_branches():
            why = next((each.why for each in explained if each.explains(file, line)), None)
            missing.append(f"{path}:{line}:{column}: never {value}: {file.text[line - 1][column - 1:]}" + (f"\n    {why}" if why else ""))
    for name, bar, share in zip(("lines", "branches"), (LINES, BRANCHES), total):
        print(f"| all {name} | {share[0]}/{share[1]} | {percent(*share):.2f} | bar | {bar} |")
        if percent(*share) < bar:
            faults.append(f"{percent(*share):.2f} % of the {name} are covered, and not {bar} %")
    print("\nuncovered:", *missing, sep="\n")
    faults += [f"explained.txt is stale: all of {each.file}: {each.what} is covered, or gone" for each in explained
               if not each.used and ONLY_ON.get(each.file, sets[0]) in sets]
    print("\ninstruction sets:", *sets)
    return faults


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--build", type=pathlib.Path, default=ROOT / "build/coverage")
    arguments.add_argument("--counted", action="store_true")
    options = arguments.parse_args()
    build = Build(options.build)
    if platform.machine().lower() not in ("x86_64", "amd64"):
        print("skipped: what is explained, and which lanes are there, is that of 64-bit x86")
        return NOT_APPLICABLE
    missing = [each for each in (COMPILER, "ninja") if not shutil.which(each)]
    missing += [each for each in ("llvm-cov", "llvm-profdata") if not missing and not shutil.which(llvm(each))]
    if missing:
        print("skipped, not found:", *missing)
        return NOT_APPLICABLE
    try:
        if not options.counted:
            build.configure()
            build.make()
            build.run()
        faults = judge(build)
    except (Wrong, subprocess.CalledProcessError) as wrong:
        faults = [str(wrong)]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
