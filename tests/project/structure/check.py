"""The rules of the house that a compiler does not know:

- a folder of headers is a layer: an include never points up, nor into another room of the same layer;
- every header has a test at its own path, or a line in untested.txt that says why not;
- a header has at most 400 lines, candidates.hpp 450, and what a script makes as many as it takes;
- a stage or a draw stays under 150 lines and has a contract with the same keys as all others, and what they say has a test of that name;
- stages.hpp and draws.hpp list what stands in their folders, and each of that has a line in a benchmark;
- the README names no stage that there is not;
- instruction sets are named in simd/ alone, Eigen in eigen.hpp alone, and nothing is used that libc++ 14 or WebAssembly has not.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
INCLUDE = ROOT / "include" / "argdraw"
UNIT = ROOT / "tests" / "unit"
MOST_LINES = {"candidates/candidates.hpp": 450, "text/descriptions.hpp": 10_000}
UNTESTED = pathlib.Path(__file__).with_name("untested.txt")

# Where a stage or a draw has to be known before a release: a proof and its files.
PROOFS = {"golden": "pipelines.hpp", "fuzz": "*.[ch]pp", "differential": "*.[ch]pp"}

# From the ground up. A group header, such as stages.hpp, counts as the folder of its name.
LAYERS = ["core", "numeric history eigen", "simd random", "candidates softmax", "stages draws", "sampler", "argdraw text kernels", "conformance engine recipes", "c"]
FLOOR = {room: floor for floor, rooms in enumerate(LAYERS) for room in rooms.split()}

# The keys of a contract, in this order. What those of the first line say is tested, unless they say that there is none.
TESTED = "formula neutral range ties edges random logprob".split()
KEYS = TESTED + "cost usual when not source example".split()
NOT_IN = {"stages": {"random", "logprob"}, "draws": {"neutral"}}

faults = []


def room_of(path):
    return re.split(r"[/.]", path)[0]


def check_header(path, text, excuses):
    room = room_of(path)
    if (lines := text.count("\n")) > (most := MOST_LINES.get(path, 400)):
        faults.append(f"{path} has {lines} lines, and {most} at most")
    if room not in FLOOR:
        faults.append(f"{path}: the folder has no layer")
        return
    for other in re.findall(r"^#include <argdraw/([^>]+)>", text, re.M):
        above = FLOOR.get(room_of(other), len(LAYERS)) - FLOOR[room]
        if above > 0:
            faults.append(f"{path} includes upwards: {other}")
        elif above == 0 and room_of(other) != room:
            faults.append(f"{path} includes its neighbour's room: {other}")
    if path.endswith(".hpp"):
        place = UNIT / path if "/" in path else UNIT / room / path  # a directory of tests is a program
        tested = place.with_suffix(".cpp").exists()
        if tested and path in excuses:
            faults.append(f"{path} has a test, and does without according to {UNTESTED.name}")
        if not tested and not excuses.get(path):
            faults.append(f"{path} has no test at its path in tests/unit, and no line in {UNTESTED.name} that says why not")
    if found := re.search(r"std::ranges::[a-z_]+\(|^ *thread_local ", text, re.M):
        faults.append(f"{path} uses what libc++ 14 or WebAssembly has not; there are std's algorithms and ARGDRAW_THREAD_LOCAL: {found[0]}")
    if room != "eigen" and "Eigen" in text:
        faults.append(f"{path} names Eigen, which is for eigen.hpp alone")
    if room != "simd" and re.search(r"_mm(256|512)?_(?![gs]etcsr)|__m(128|256|512)|immintrin|arm_neon|float32x4|wasm_[fiuv][0-9]|v128_t", text):
        faults.append(f"{path} names an instruction set")


def check_stage(folder, name, text, benches):
    path = f"{folder}/{name}.hpp"
    length = text.count("\n")
    if length >= 150:
        faults.append(f"{path} has {length} lines; a stage stays under 150")
    says = dict(re.findall(r"^/// - (\w+): +(.*)", text, re.M))
    wanted = [key for key in KEYS if key not in NOT_IN[folder]]
    if list(says) != wanted:
        faults.append(f"{path}: its contract has the keys\n    {' '.join(says)}\n  and those of {folder} are\n    {' '.join(wanted)}")
    test = UNIT / folder / (name + ".cpp")
    cases = re.findall(rf'^TEST_CASE\("{name} (\w+)', test.read_text(), re.M) if test.exists() else []
    for key in TESTED:
        if key in says and not re.match(r"none\b", says[key]) and key not in cases:
            faults.append(f'{path}: no test in tests/unit/{folder}/{name}.cpp is called "{name} {key}: ..."')
    if not re.search(rf"\b{name}\b", benches):
        faults.append(f"{path} is in no benchmark")


def check_proofs(names):
    for proof, files in PROOFS.items():
        text = "".join(file.read_text() for file in sorted((ROOT / "tests" / "proof" / proof).glob(files)))
        faults.extend(f"no pipeline of tests/proof/{proof} has {name}" for name in names if not re.search(rf"\b{name}\b", text))


def main():
    headers = {p.relative_to(INCLUDE).as_posix(): p.read_text() for p in sorted(INCLUDE.rglob("*")) if p.suffix in (".hpp", ".inl")}
    if len(headers) < 20:
        sys.exit(f"only {len(headers)} headers found in {INCLUDE}")
    excuses = dict(re.findall(r"^(\S+): (.+)$", UNTESTED.read_text(), re.M))
    faults.extend(f"{UNTESTED.name} speaks of {path}, which is not there" for path in excuses if path not in headers)
    for path, text in headers.items():
        check_header(path, text, excuses)

    benches = "".join((ROOT / "bench" / file).read_text() for file in ("pipelines.cpp", "stages.cpp"))
    names = []
    for folder in NOT_IN:
        there = sorted(path for path in headers if path.startswith(folder + "/"))
        listed = sorted(re.findall(r"^#include <argdraw/(\w+/\w+\.hpp)>", headers[folder + ".hpp"], re.M))
        if listed != there:
            faults.append(f"{folder}.hpp and the folder differ in {' '.join(sorted(set(listed) ^ set(there)))}")
        for path in there:
            names.append(pathlib.Path(path).stem)
            check_stage(folder, names[-1], headers[path], benches)

    rows = re.findall(r"^\| \[(?:scaling|truncation|history|bias and masks|draws)\].*", (ROOT / "README.md").read_text(), re.M)
    named = re.findall(r"`(\w+)`", "".join(rows))
    if len(named) < 40:
        faults.append(f"only {len(named)} stages and draws found in the README's table")
    faults.extend(f"the README names {name}, which is neither a stage nor a draw" for name in named if name not in names)

    if "--release" in sys.argv[1:]:
        check_proofs(names)
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
