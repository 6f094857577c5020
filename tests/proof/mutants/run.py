#!/usr/bin/env python3
"""Puts each mutant into a copy of the headers and asks the test that must notice it.

  run.py check                    every mutant still applies, and its test is there; compiles nothing
  run.py kill --scratch DIR ...   all of them; 0 only if every one is killed and no test is red without it

Standard library only.
"""
import argparse
import collections
import html
import pathlib
import re
import shutil
import subprocess
import sys
import time

from mutants import MISTAKES, FAULTS, MUTANTS

ROOT = pathlib.Path(__file__).resolve().parents[3]
TESTS = ROOT / "tests"
NOT_APPLICABLE = 77


def places(text, header):
    """Where the text stands, whatever is between its words and signs: how lines are broken is no part of a mistake."""
    return list(re.finditer(r"\s*".join(map(re.escape, re.findall(r"\w+|[^\w\s]", text))), header))


def fault(mutant):
    """What is wrong with an entry of the list; None where nothing is."""
    header = (ROOT / "include/argdraw" / mutant.file).read_text()
    if (found := len(places(mutant.old, header))) != 1:
        return f"the text to be replaced stands {found} times in {mutant.file}"
    if mutant.old == mutant.new:
        return "nothing is replaced"
    if f'TEST_CASE("{mutant.case}"' not in (TESTS / mutant.source).read_text():
        return f"there is no test case '{mutant.case}' in {mutant.source}"
    return None


def check():
    faults = [f"({m.number}) {m.name}: {why}" for m in MUTANTS if (why := fault(m))]
    if [m.number for m in MISTAKES] != [str(n) for n in range(1, 33)]:
        faults.append("the mistakes are not numbered from 1 to 32")
    for number, count in collections.Counter(m.number for m in MUTANTS).items():
        if count > 1:
            faults.append(f"{count} mutants are called {number}")
    for line in faults:
        print(line)
    return not faults


class Bench:
    """A copy of the headers, and what is compiled against it."""

    def __init__(self, options):
        self.scratch = pathlib.Path(options.scratch)
        self.include = self.scratch / "include"
        shutil.rmtree(self.scratch, ignore_errors=True)
        shutil.copytree(ROOT / "include", self.include)
        # -I and not -isystem, which would put a directory that the compiler knows already into another place.
        self.compile = [options.compiler, "-std=c++20", "-O1", "-w", *(f"-I{d}" for d in (self.include, TESTS, TESTS / "unit", *options.include))]
        self.kernels = self.scratch / "kernels.cpp"
        self.kernels.write_text("#include <argdraw/simd/kernels.hpp>\nARGDRAW_KERNELS()\n")
        listed = subprocess.run([*self.compile, "-M", str(self.kernels)], check=True, capture_output=True, text=True).stdout
        self.below_kernels = set(listed.replace("\\\n", " ").split())
        self.main = options.catch_library
        if not self.main:
            self.main = [self.object("main", TESTS / "main.cpp")]
        self.kernels_objects = {}

    @staticmethod
    def flags(small):
        return ["-DARGDRAW_SMALL_BLOCKS"] if small else []

    def object(self, name, source, *flags):
        out = str(self.scratch / f"{name}.o")
        subprocess.run([*self.compile, *flags, "-c", str(source), "-o", out], check=True)
        return out

    def program(self, source, small, changed=None):
        """The test of one file; the kernels anew if a file that they include was changed."""
        if changed and str(self.include / "argdraw" / changed) in self.below_kernels:
            kernels = self.object("mutated_kernels", self.kernels, *self.flags(small))
        else:
            if small not in self.kernels_objects:
                self.kernels_objects[small] = self.object("kernels_small" if small else "kernels", self.kernels, *self.flags(small))
            kernels = self.kernels_objects[small]
        objects = [self.object("test", TESTS / source, "-DARGDRAW_SIMD_ELSEWHERE", *self.flags(small)), kernels]
        if (counted_new := (TESTS / source).with_name("counted_new.cpp")).exists():  # of this directory's executable
            objects.append(self.object("counted_new", counted_new))
        out = str(self.scratch / "test")
        subprocess.run([self.compile[0], *objects, *self.main, "-pthread", "-o", out], check=True)
        return out

    def red(self, program, case):
        """Which cases failed, a program that died included, of those that ran by this name: a case for several types is several."""
        pattern = re.sub(r"([\\,\[\]])", r"\\\1", case) + "*"
        ran = subprocess.run([program, "--reporter", "xml", pattern], capture_output=True, text=True, errors="replace")
        cases = re.findall(r'<TestCase name="([^"]*)"(.*?)(?=<TestCase |\Z)', ran.stdout, re.DOTALL)
        if not cases:
            raise RuntimeError(f"no test case was run: {case}")
        red = [html.unescape(name) for name, report in cases if '<OverallResult success="true"' not in report]
        if (ran.returncode != 0) != bool(red):
            raise RuntimeError(f"{case}: exit code {ran.returncode}, and failed: {red}")
        return red


def kill(options):
    started = time.monotonic()
    bench = Bench(options)
    chosen = [m for m in MUTANTS if not options.only or m.number in options.only]

    cases = collections.defaultdict(set)
    for m in chosen:
        cases[m.source, m.small].add(m.case)
    for source, small in sorted(cases):
        program = bench.program(source, small)
        for case in sorted(cases[source, small]):
            if red := bench.red(program, case):
                print(f"red without any mutant: {red[0]}")
                return False
    print(f"{sum(map(len, cases.values()))} test cases in {len(cases)} files are green without a mutant, "
          f"{time.monotonic() - started:.0f} s", flush=True)

    killed = 0
    for m in chosen:
        before = time.monotonic()
        header = bench.include / "argdraw" / m.file
        right = header.read_text()
        at = places(m.old, right)[0]
        header.write_text(right[:at.start()] + m.new + right[at.end():])
        try:
            red = bench.red(bench.program(m.source, m.small, m.file), m.case)
            outcome = f"killed by '{red[0]}'" if red else f"SURVIVED '{m.case}'"
        except (subprocess.CalledProcessError, RuntimeError) as error:  # what does not compile was not killed by a test
            red, outcome = [], f"NOT TESTED: {error}"
        header.write_text(right)
        killed += bool(red)
        print(f"({m.number}) {m.name}: {outcome}, {time.monotonic() - before:.0f} s", flush=True)
    print(f"{killed} of {len(chosen)} killed, {time.monotonic() - started:.0f} s")
    return killed == len(chosen)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check")
    of_kill = commands.add_parser("kill")
    of_kill.add_argument("--scratch", required=True, help="a directory that may be emptied")
    of_kill.add_argument("--compiler", default="c++", help="one that takes gcc's options")
    of_kill.add_argument("--include", action="append", default=[], help="where Catch2 is")
    of_kill.add_argument("--catch-library", action="append", default=[],
                         help="Catch2's main, and the rest of it; without, the main of version 2 is compiled")
    of_kill.add_argument("--only", action="append", help="a mutant's number")
    of_kill.add_argument("--not-applicable", default="", help="the reason why nothing is to be done here")
    options = parser.parse_args()
    if options.command == "kill" and options.not_applicable:
        print(f"skipped: {options.not_applicable}")
        return NOT_APPLICABLE
    if not check():
        return 1
    if options.command == "check":
        print(f"{len(MUTANTS)} mutants apply")
        return 0
    return 0 if kill(options) else 1


if __name__ == "__main__":
    sys.exit(main())
