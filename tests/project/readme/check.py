"""Holds the project's pages to the project:

- CI runs the test command that the README prints;
- every line of C++ in the README stands, but for spaces, in a program that is compiled and run;
- links lead somewhere, to a heading too, on every page;
- every promise in the README links to what holds it.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGES = [
    page
    for folder in (".", ".ci", "bench", "cmake", "examples", "include", "tests")
    for page in sorted((ROOT / folder).glob("*.md" if folder == "." else "**/*.md"))
]
PROGRAMS = ["tests/project/readme/snippets.cpp", "examples/hello/main.cpp"]

faults = []


def words(line):
    return " ".join(line.split())


def anchor(heading):
    """The name that a heading has as a target of links."""
    text = re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def check_commands(readme, ci):
    commands = re.findall(r"^apt-get update.*", readme, re.M)
    if len(commands) != 2:
        faults.append(f"the README should print two commands that begin with apt-get, and prints {len(commands)}")
    elif commands[1] not in ci.splitlines():
        faults.append(f".ci/run does not run the README's test command: {commands[1]}")


def check_programs(readme):
    lines = {words(line) for program in PROGRAMS for line in (ROOT / program).read_text().splitlines()}
    shown = [words(line) for block in re.findall(r"^```cpp\n(.*?)^```", readme, re.M | re.S) for line in block.splitlines() if line.strip()]
    if len(shown) < 15:
        faults.append(f"only {len(shown)} lines of C++ found in the README")
    faults.extend(f"the README shows a line that stands in no program that runs: {line}" for line in shown if line not in lines)


def check_links(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        path, _, heading = target.partition("#")
        there = page.parent / path if path else page
        if not there.exists():
            faults.append(f"{page.relative_to(ROOT)} links to {target}, which does not exist")
        elif heading and heading not in {anchor(line) for line in re.findall(r"^#+ (.*)", there.read_text(), re.M)}:
            faults.append(f"{page.relative_to(ROOT)} links to {target}, and {there.name} has no such heading")


def check_promises(readme):
    part = re.search(r"^## What is promised.*?(?=^## )", readme, re.M | re.S)
    promises = re.findall(r"^- \*\*(.*?)\.\*\*(.*?)(?=^- |\Z)", part[0] if part else "", re.M | re.S)
    if len(promises) < 5:
        faults.append(f"only {len(promises)} promises found in the README")
    faults.extend(f"the promise '{name}' links to no test" for name, says in promises if "](tests/" not in says)


def main():
    readme = (ROOT / "README.md").read_text()
    check_commands(readme, (ROOT / ".ci/run").read_text())
    check_programs(readme)
    check_promises(readme)
    if len(PAGES) < 6:
        faults.append(f"only {len(PAGES)} pages found")
    for page in PAGES:
        check_links(page)
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
