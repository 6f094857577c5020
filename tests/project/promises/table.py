"""Makes tests/README.md of promises.txt: which promise is held by which tests.

    table.py            writes tests/README.md
    table.py --check [--ctest ENTRIES]
                        fails where that would change it, where a promise has no test, where a test it names does not exist, or where the
                        directory of one is no entry of CTest; ENTRIES is a file with the output of ctest -N
"""

import argparse
import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parents[2]
PROMISES = TESTS / "project" / "promises" / "promises.txt"
README = TESTS / "README.md"

HEAD = """# Tests

`cmake --workflow --preset test` builds and runs what every push has to pass. A directory with test files is one executable and one CTest entry of
its name.

| | |
|---|---|
| [`unit`](unit) | a room of the library each: `core simd numeric random history candidates stages draws sampler text engine recipes conformance c eigen`; the paths are those of the headers they test |
| [`proof/differential`](proof/differential) | random pipelines on random rows against the plain definition in exact arithmetic |
| [`proof/metamorphic`](proof/metamorphic) | what must not change, or must change so, when rows, texts and pipelines are changed |
| [`proof/golden`](proof/golden) | the same tokens from every compiler, flag and instruction set |
| [`proof/fuzz`](proof/fuzz) | any bytes at all, as rows, texts and numbers |
| [`proof/statistics`](proof/statistics) | draws have the frequencies of their law |
| [`proof/regressions`](proof/regressions) | a test for each failure that samplers in use have had; [`ids.txt`](proof/regressions/ids.txt) lists them |
| [`proof/mutants`](proof/mutants) | mistakes put into the library, which tests must notice |
| [`proof/model`](proof/model) | the example model in the loop |
| [`proof/threads`](proof/threads) | one sampler, many threads |
| [`project/consumers`](project/consumers) | small projects that use argdraw in the ways it can be used |
| [`project/c`](project/c) | programs in C99, C++11 and C++17 for `argdraw::c`, and what of it is seen |
| [`project/compile_fail`](project/compile_fail) | programs that must not compile, each with its sentence |
| [`project/structure`](project/structure) | the rules of the house that a compiler does not know |
| [`project/reference`](project/reference) | the pages of [stages](../include/argdraw/stages/README.md) and [draws](../include/argdraw/draws/README.md) are what the contracts make of them, and their examples run |
| [`project/format`](project/format), [`project/tidy`](project/tidy) | every source as clang-format 19 writes it; the checks of clang-tidy 19 over `include/` |
| [`project/readme`](project/readme), [`project/promises`](project/promises) | what the README and this page say is so |
| [`project/shutdown`](project/shutdown) | what happens after `main` |
| [`project/parallel`](project/parallel) | a batch on the threads of OpenMP and of TBB, where they are there |
| [`project/llama_cpp`](project/llama_cpp) | the real llama.cpp beside ours, where its library is: every difference has a class |
| [`project/coverage`](project/coverage), [`project/valgrind`](project/valgrind), [`project/aarch64`](project/aarch64) | what is executed, what memory is read, and other machines |
| [`data`](data) | inputs of the fuzzers, golden streams, rows of the model |

What wide rows do begins at sizes that stand in [`core/sizes.hpp`](../include/argdraw/core/sizes.hpp). An entry `<name>_small` is that directory
compiled with the least of them (`ARGDRAW_SMALL_BLOCKS`), where rows of a few hundred tokens take every path. In it
[`candidates/verbs.cpp`](unit/candidates/verbs.cpp) plays a million random sequences of verbs against a plain list, and counts how often each verb met
each state of a view: never is red.

Before a release, after that command and in its build:

- `ctest --preset deep`: the same with larger numbers, ten million fuzzed executions, mutants of the library, golden streams of other
  compilers and machines, and [the playground](../examples/playground/README.md) in node and in a browser; three quarters of an hour on two cores. Entries whose programs were not there at `cmake --preset release` are
  skipped; on Debian they are those of `chromium dieharder g++-aarch64-linux-gnu g++-i686-linux-gnu qemu-user`, and on push of `clang-19
  clang-format-19 clang-tidy-19 qemu-user libc++-14-dev libc++abi-14-dev python3-numpy python3-torch`, and `wasi-libc libc++-14-dev-wasm32 libc++abi-14-dev-wasm32 libclang-rt-14-dev-wasm32 lld-14`.
- `ctest --preset audit`: coverage, which is `python3 tests/project/coverage/run.py`, and valgrind (`llvm valgrind`). Coverage prints how much of `include/`
  the tests on push execute, and fails below 98 % of the lines or 90 % of the branches, or where a line that nothing executes is not explained in
  [`explained.txt`](project/coverage/explained.txt).

Two more presets, each `cmake --preset P && cmake --build --preset P && ctest --preset P`: `sanitize` runs everything under AddressSanitizer and
UndefinedBehaviorSanitizer, with fewer differential cases; `tsan` what uses threads, under ThreadSanitizer.

What argdraw promises, and what would notice if it were not so; made of [`promises.txt`](project/promises/promises.txt) by
[`table.py`](project/promises/table.py). Numbers in parentheses are test cases.

| | promise | held by | figure |
|---|---|---|---|
"""


class Wrong(Exception):
    pass


def names_in(path):
    """The test cases of a file, tags left out."""
    if not path.is_file():
        raise Wrong(f"there is no {path.relative_to(TESTS)}")
    return re.findall(r'TEST_CASE\(\s*"((?:[^"\\]|\\.)*)"', path.read_text())


def constant(reference):
    """The value of `constexpr ... name = 1'000` in a file, written 1 000."""
    file, _, name = (part.strip() for part in reference.partition(":"))
    found = re.search(rf"\b{name} = ([0-9']+)[,;]", (TESTS / file).read_text())
    if not found:
        raise Wrong(f"{file} has no constant {name}")
    return f"{int(found[1].replace(chr(39), '')):,}".replace(",", " ")


def parse(text):
    promises = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if re.fullmatch(r"P\d+", word):
            promises.append({"id": word, "sentence": rest, "tests": [], "ctest": [], "figure": []})
        elif word == "test":
            file, _, prefix = rest.partition(":")
            promises[-1]["tests"].append((file.strip(), prefix.strip()))
        elif word in ("ctest", "figure"):
            promises[-1][word].append(rest)
        else:
            raise Wrong(f"promises.txt, line {number}: what is {word}?")
    return promises


def row(promise):
    held = {}
    for file, prefix in promise["tests"]:
        matching = {name for name in names_in(TESTS / file) if name.startswith(prefix)}
        if not matching:
            raise Wrong(f"{promise['id']}: no test case in {file} begins with {prefix!r}")
        held.setdefault(file, set()).update(matching)
    cells = [f"[`{file}`]({file}) ({len(names)})" for file, names in held.items()] + [f"`{name}`" for name in promise["ctest"]]
    if not cells:
        raise Wrong(f"{promise['id']} is held by no test")
    figure = "; ".join(re.sub(r"\{([^}]*)\}", lambda m: constant(m[1]), each) for each in promise["figure"])
    return f"| {promise['id']} | {promise['sentence']} | {', '.join(cells)} | {figure} |\n"


def check_entries(promises, listing):
    entries = set(re.findall(r"Test\s+#\d+: (\S+)", listing))
    wanted = {file.split("/")[1] for each in promises for file, _ in each["tests"]} | {name for each in promises for name in each["ctest"]}
    for name in sorted(wanted - entries):
        raise Wrong(f"CTest has no entry {name}")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("--ctest", type=pathlib.Path)
    given = arguments.parse_args()
    try:
        promises = parse(PROMISES.read_text())
        if [each["id"] for each in promises] != [f"P{n}" for n in range(1, 17)]:
            raise Wrong("the promises are not P1 to P16, in order")
        text = HEAD + "".join(row(each) for each in promises)
        if given.ctest:
            check_entries(promises, given.ctest.read_text())
        if given.check and (not README.is_file() or README.read_text() != text):
            raise Wrong("tests/README.md is not what promises.txt and the tests make of it: run tests/project/promises/table.py")
    except Wrong as wrong:
        sys.exit(str(wrong))
    if not given.check:
        README.write_text(text)


if __name__ == "__main__":
    main()
