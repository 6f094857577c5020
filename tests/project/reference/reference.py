"""Makes the pages of stages and draws of the contracts in their headers.

    reference.py program OUT         writes a program that runs the example of every contract
    reference.py pages PROGRAM       writes include/argdraw/{stages,draws}/README.md, with pictures of what PROGRAM says, and
                                     include/argdraw/text/descriptions.hpp, which says the same to programs
    reference.py check PROGRAM       fails where that would change one of them

All three fail where a contract is not one, or a member says nothing; which keys there are is checked by the structure test.
Which headers there are, and in which groups, is read in include/argdraw/{stages,draws}.hpp.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
INCLUDE = ROOT / "include" / "argdraw"
FINE_PRINT = "neutral range ties edges random logprob cost source".split()
FIRST_WORD = ", as the first word"
NOT_IN_TEXT = {"without_replacement"}  # what it writes to is memory
DESCRIPTIONS = INCLUDE / "text" / "descriptions.hpp"

HEADS = {
    "stages": """# Stages

What each stage does, what it is good for, and what it costs. Made of the contracts in the headers by
[`reference.py`](../../../tests/project/reference/reference.py): `cmake --build --preset release --target argdraw_reference` writes this page.

A pipeline applies its stages in the order in which they are written, and each sees what those before it left, renormalised: `l` is a token's logit,
`p` its probability among the tokens that live, those with a logit above -inf that no stage removed. *The order* is by logit, greatest first, and of equals
by id, lowest first; `p_(i)` is the i-th in it; `K` are the tokens that stay. `max` and sums are over the living. A parameter outside of its range is
`bad_parameter`; a row whose living tokens are all gone is `empty`.

In the examples the next word after "on the floor." and "the bed. the bed. the cat sat on the mat. the dog sat on the" is looked for: `█` is what
the stage leaves to a word, `░` what it took. The names in them stand in [`text.hpp`](../../../examples/gallery/text.hpp). All of them in one picture:
[the gallery](../../../examples/gallery/gallery.svg).
""",
    "draws": """# Draws

What each draw does, what it is good for, and what it costs. Made of the contracts in the headers by
[`reference.py`](../../../tests/project/reference/reference.py): `cmake --build --preset release --target argdraw_reference` writes this page.

A draw stands at the end of a pipeline and takes one token of what the [stages](../stages/README.md), whose page explains the letters, have left. In the examples
10 000 first tokens are drawn, and `█` says how often each came, `░` how much more often its probability alone would have taken it.
""",
}


class Contract:
    """What a header says of the stage or draw that it is named after."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.path = INCLUDE / folder / (name + ".hpp")
        text = self.path.read_text()
        found = re.search(r"((?:^///[^\n]*\n)+)(?:^template <[^>]*>\n)?^struct " + name + r"\b([^{;]*)\{\n(.*?)^\};", text, re.M | re.S)
        if not found:
            self.fail("no contract stands on the struct")
        prose, base, body = found.groups()
        parameters = re.search(r"^template <([^>]*)>\nstruct " + name + r"\b", text, re.M)
        self.type = name + ("" if not parameters else "<float>" if parameters[1].startswith("logit_scalar") else "<>")
        self.is_list = bool(base.strip())
        lines = [line[4:].rstrip() for line in prose.splitlines()]
        blank = lines.index("") if "" in lines else self.fail("no empty line after the first sentence")
        self.sentence = " ".join(lines[:blank])
        self.says = {}
        for line in lines[blank + 1 :]:
            key = re.match(r"- (\w+):\s+(.*)", line)
            if key:
                last = key[1]
                self.says[last] = key[2]
            elif self.says and line.startswith("  "):
                self.says[last] += " " + line.strip()
            else:
                self.fail(f"what is '{line}' in a contract?")
        for key in ("formula", "usual", "when", "not", "example"):
            if key not in self.says:
                self.fail(f"it does not say '{key}'")
        self.members = self.read_members(base, body)
        example = self.says["example"]
        self.first_word = example.endswith(FIRST_WORD)
        self.example = example.removesuffix(FIRST_WORD)
        if not self.example.startswith(name + "{"):
            self.fail("its example does not begin with its name")

    def fail(self, why):
        sys.exit(f"{self.path.relative_to(ROOT)}: {why}")

    def field_has_default(self, member):
        return member in self.defaulted

    def read_members(self, base, body):
        members = []
        self.defaulted = set()
        self.token = None
        items = re.match(r"\s*:\s*list<(.*)>\s*$", base)
        if items:
            kind = {"token_id": "ids", "token_bias": "`{id, b}`, b added to the id's logit"}.get(items[1].split(",")[0], "sequences of ids")
            if "biased" in items[1]:
                kind = "`{sequence, b}`, b added to the logit of its last id"
            members.append(("the list", "", f"{kind}: written in braces or in a `std::array`, which is stored, or a span, which is a view"))
        above = []
        for line in body.split("static constexpr std::string_view requirement")[0].splitlines():
            if line.startswith("    /// "):
                above.append(line.strip()[4:])
                continue
            member = re.match(r"    (?!friend|using|return)[\w:]+(?:<[^=;]*>)? (\w+)(?: = ([^;]*))?;(?:\s+///< (.*))?$", line)
            if member:
                said = member[3] or " ".join(above)
                if not said:
                    self.fail(f"nothing is said of {member[1]}")
                if member[2]:
                    self.defaulted.add(member[1])
                if line.startswith("    token_id "):
                    self.token = member[1]
                members.append((f"`{member[1]}`", f"`{member[2]}`" if member[2] and member[2] != "{}" else "", said))
            above = []
        return members


def contracts(folder):
    """The groups of a folder: their title, what they are about, and their contracts, as stages.hpp or draws.hpp has them."""
    groups, listed = [], []
    for line in (INCLUDE / (folder + ".hpp")).read_text().splitlines():
        title = re.match(r"// ([A-Z][\w ]*): (.*)\.$", line)
        entry = re.match(rf"#include <argdraw/{folder}/(\w+)\.hpp>$", line)
        if title:
            groups.append((title[1], title[2], []))
        elif entry:
            groups[-1][2].append(Contract(folder, entry[1]))
            listed.append(entry[1])
    there = sorted(path.stem for path in (INCLUDE / folder).glob("*.hpp"))
    if sorted(listed) != there:
        sys.exit(f"include/argdraw/{folder}.hpp and the folder differ in {' '.join(sorted(set(listed) ^ set(there)))}")
    return groups


def write_program(out):
    """Every example as it is written: what it leaves of each word, in one line, and its text, in another."""
    calls = []
    for folder, f in (("stages", "after"), ("draws", "drawn_by")):
        for _, _, group in contracts(folder):
            for each in group:
                output = ", std::span<const argdraw::token_id>()" if each.first_word else ""
                calls.append(f'    show("{each.name}", gallery::{f}({each.example}{output}));')
                if each.name not in NOT_IN_TEXT:
                    calls.append(f"    show_text({each.example});")
    out.write_text(
        """// Made by tests/project/reference/reference.py of the examples in the contracts.
#include "gallery/text.hpp"

#include <argdraw/text/descriptions.hpp>
#include <argdraw/text/values.hpp>

using namespace argdraw;
using namespace gallery;

namespace {

void show(const char* name, const law& p) {
    std::printf("%s", name);
    for (const double each : p) std::printf(" %.9g", each);
    std::printf("\\n");
}

template <class S>
void show_text(const S& example) {
    std::string parameters;
    text::description<S>::members(example, [&](std::string_view, const auto& member, std::string_view, bool) {
        parameters += parameters.empty() ? "" : ", ";
        text::write(parameters, member);
    });
    std::printf("text %s %s\\n", std::string(text::description<S>::name).c_str(), parameters.c_str());
}

}  // namespace

int main() {
    std::printf("words");
    for (const char* each : names) std::printf(" %s", each);
    std::printf("\\n");
    show("before", probabilities(sampler{categorical{}}.distribution(logits)));
"""
        + "\n".join(calls)
        + "\n}\n"
    )


def bar(before, after):
    """Four columns for ten percent."""
    width = {key: round(40 * p) for key, p in (("before", before), ("after", after))}
    return "█" * width["after"] + "░" * max(0, width["before"] - width["after"])


def picture(words, before, after):
    lines = []
    for word, b, a in zip(words, before, after):
        now = f"{100 * a:5.1f} %" if a > 0 else "   gone"
        lines.append(f"{word:<6} {100 * b:5.1f} % {now}  {bar(b, a)}".rstrip())
    return "\n".join(lines)


def cell(text):
    return text.replace("|", "\\|")


def section(each, words, laws):
    says = each.says
    out = [f"### {each.name}", "", f"{each.sentence}", ""]
    out += [f"- **When**: {says['when']}.", f"- **Not**: {says['not']}.", f"- **Usual**: {says['usual']}.", ""]
    out += ["```cpp", each.example + ("  // as the first word" if each.first_word else ""), "```", ""]
    out += ["```text", picture(words, laws["before"], laws[each.name]), "```", ""]
    if each.members:
        out += ["| parameter | default | |", "|---|---|---|"]
        out += [f"| {name} | {cell(value)} | {cell(said)} |" for name, value, said in each.members]
        out += [""]
    out += [f"- formula: `{says['formula']}`"]
    out += [f"- {key}: {says[key]}" for key in FINE_PRINT if key in says]
    out += [f"- header: [`{each.folder}/{each.name}.hpp`]({each.name}.hpp), tests: [`unit/{each.folder}/{each.name}.cpp`](../../../tests/unit/{each.folder}/{each.name}.cpp)", ""]
    return out


def page(folder, words, laws):
    groups = contracts(folder)
    out = [HEADS[folder]]
    out += ["| | | |", "|---|---|---|"]
    for title, about, group in groups:
        names = " ".join(f"[`{each.name}`](#{each.name})" for each in group)
        out += [f"| {title} | {about} | {names} |"]
    out += [""]
    for title, about, group in groups:
        if len(groups) > 1:
            out += [f"## {title}", ""]
        for each in group:
            out += section(each, words, laws)
    return "\n".join(out).rstrip() + "\n"


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def description(each, group, examples):
    """What a program can know of a contract of a group: members by name, whether they must be given, and what is said of them."""
    visits = []
    for name, value, said in each.members:
        if name == "the list":
            visits.append(f'        visit("", s, {quoted(said)}, false);')
        else:
            member = name.strip("`")
            required = "false" if value or each.field_has_default(member) else "true"
            visits.append(f'        visit("{member}", s.{member}, {quoted(said)}, {required});')
    members = "    template <class S, class V>\n    static constexpr void members(S& s, V&& visit) {\n" + "\n".join(visits) + "\n    }\n"
    if not visits:
        members = "    template <class S, class V>\n    static constexpr void members(S&, V&&) {}\n"
    token = f'    static constexpr std::string_view token = "{each.token or ""}";\n'
    given = {"<>": "std::size_t N", "<float>": "logit_scalar U"}.get(each.type.removeprefix(each.name), "")
    argument = {"<>": "<N>", "<float>": "<U>"}.get(each.type.removeprefix(each.name), "")
    group = f'    static constexpr std::string_view group = "{group}";\n    static constexpr std::string_view example = {quoted(examples[each.name])};\n'
    return (
        f"template <{given}>\nstruct description<{each.name}{argument}> {{\n"
        f'    static constexpr std::string_view name = "{each.name}";\n'
        f"    static constexpr std::string_view meaning = {quoted(each.sentence)};\n{group}{token}{members}}};\n"
    )


def descriptions(examples):
    every = {
        folder: [(each, title) for title, _, group in contracts(folder) for each in group if each.name not in NOT_IN_TEXT] for folder in HEADS
    }
    out = [
        "// Made by tests/project/reference/reference.py of the contracts in the headers of stages and draws.",
        "#pragma once",
        "",
        "#include <cstddef>",
        "#include <string_view>",
        "",
        "#include <argdraw/core/config.hpp>",
        "#include <argdraw/draws.hpp>",
        "#include <argdraw/stages.hpp>",
        "",
        "// clang-format off",
        "namespace argdraw::inline ARGDRAW_ABI::text {",
        "",
        "/// What there is to know of a stage or draw whose parameters are given as text: its name, its meaning in a sentence, its group, the parameters of an example for a",
        "/// row of sixteen tokens, and members(s, visit), which calls",
        "/// visit(name, member, meaning, must_be_given) for each parameter of s. A list that the stage itself is has the name \"\", and `token`",
        "/// is the parameter that is the id of one, or empty.",
        "template <class S>",
        "struct description;",
        "",
        "/// Types, to be gone through.",
        "template <class...>",
        "struct types {};",
        "",
    ]
    for folder in HEADS:
        names = ", ".join(each.type for each, _ in every[folder])
        out += [f"using all_{folder} = types<{names}>;", ""]
        # For declarations, which a pack of types cannot make: what(prefix, type) for each.
        each_of = " ".join(f"what(prefix, argdraw::{each.type})" for each, _ in every[folder])
        out += [f"#define ARGDRAW_EACH_OF_{folder.upper()}(what, prefix) {each_of}", ""]
    out += [description(each, title, examples) for folder in HEADS for each, title in every[folder]]
    out += ["}  // namespace argdraw::text", ""]
    return "\n".join(out)


def strange_to_the_gallery():
    """The stages that the gallery shows by another example than their contract's."""
    shown = re.findall(r"CODE\((\w+)(\{.*?\})\)[,)]", (ROOT / "examples" / "gallery" / "main.cpp").read_text())
    own = {each.name: each.example for folder in HEADS for _, _, group in contracts(folder) for each in group}
    return [name for name in {name for name, _ in shown} & own.keys() if own[name] not in {n + rest for n, rest in shown}]


def main():
    what, path = sys.argv[1], pathlib.Path(sys.argv[2])
    if what == "program":
        return write_program(path)
    printed = subprocess.run([str(path.resolve())], check=True, capture_output=True, text=True).stdout.splitlines()
    examples = dict(line.removeprefix("text ").split(" ", 1) for line in printed if line.startswith("text "))
    lines = [line.split() for line in printed if not line.startswith("text ")]
    words = lines[0][1:]
    laws = {name: [float(p) for p in row] for name, *row in lines[1:]}
    made_files = {INCLUDE / folder / "README.md": page(folder, words, laws) for folder in HEADS} | {DESCRIPTIONS: descriptions(examples)}
    for file, made in made_files.items():
        if what == "pages":
            file.write_text(made)
        elif not file.exists() or file.read_text() != made:
            sys.exit(f"{file.relative_to(ROOT)} is not what the contracts make of it: cmake --build --preset release --target argdraw_reference")
    if strange_to_the_gallery():
        sys.exit(f"examples/gallery/main.cpp has other examples than the contracts: {' '.join(sorted(strange_to_the_gallery()))}")


if __name__ == "__main__":
    main()
