"""A module of generated functions: its header, the functions, what they call, and the program that checks them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from symdiff.backends.standalone import IMPORTS, PROGRAM
from symdiff.backends.text import ERRORS, helper_text
from symdiff.errors import ArgumentError

WIDTH: Final = 116
TABLE: Final = "FUNCTIONS"
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
"""A space at which the header's lines are not broken."""


class Written(NamedTuple):
    """A function as text: its definition, the helpers it calls, the array constants it refers to.

    `summary` is what the header says of it, line by line: what, and the text. `inputs` is the text of a function
    of the named sizes that gives the arguments' types, `derivatives` says which outputs are derivatives of which:
    (label, kind, output, targets, sources, along). `graph` is the graph as JSON-like data. `targets` computes, for
    checks alone, what the outputs are derivatives of and the function doesn't return: outputs beyond its own.
    """

    name: str
    definition: str
    helpers: dict[str, str]
    constants: dict[str, str]
    summary: tuple[tuple[str, str], ...]
    inputs: str
    derivatives: tuple[tuple[Any, ...], ...]
    digest: str
    graph: Any
    targets: Written | None = None

    def renamed(self, name: str) -> Written:
        """The same function under another name, and its constants with it, so that those of two don't mix."""
        definition = self.definition
        constants: dict[str, str] = {}
        for old, text in self.constants.items():
            new = name + old.removeprefix(self.name)
            while new != old and re.search(rf"\b{new}\b", self.definition):
                new += "_"
            definition = re.sub(rf"\b{old}\b", new, definition)
            constants[new] = text
        definition = definition.replace(f"def {self.name}(", f"def {name}(", 1)
        return self._replace(name=name, definition=definition, constants=constants)


class Style(NamedTuple):
    """What a module imports where it uses it, and how its header says that."""

    imports: tuple[str, ...] = ("import numpy as np",)
    words: str = "imports NumPy only"


NUMPY: Final = Style()


def module_text(functions: Sequence[Written], version: str, checks: bool = False, style: Style = NUMPY) -> str:
    """A module of such functions that imports NumPy and nothing else; the same bytes every time.

    With `checks` it is a program, too, that checks the functions' derivatives and times them.
    """
    targets = [each.targets for each in functions if each.targets is not None] if checks else []
    helpers = _merged("helper", (each.helpers for each in (*functions, *targets)))
    constants = _merged("constant", (each.constants for each in (*functions, *targets)))
    program = {function.__name__: helper_text(function) for function in PROGRAM} if checks else {}
    taken = [*helpers, *constants, *program, *((*sum(IMPORTS.values(), ()), TABLE) if checks else ())]
    clash = [function.name for function in functions if function.name in taken]
    if clash:
        raise ArgumentError(
            f"generated code calls a helper {clash[0]!r} of its own", advice="name the function otherwise"
        )
    definitions = [*(function.definition for function in functions)]
    if helpers:
        definitions += [ERRORS, *helpers.values()]
    if checks:
        definitions += [*map(_for_checks, targets), *_table(functions), *program.values(), _START]
    values = "\n".join(f"{name} = {text}" for name, text in constants.items())
    code = "\n\n\n".join(definitions)
    used = [line for line in style.imports if re.search(rf"\b{line.split()[-1]}\b", values + code)]
    parts = filter(None, [header(functions, version, style), "\n".join(used), values])
    return "\n\n".join(parts) + "\n\n\n" + code + "\n"


def _for_checks(targets: Written) -> str:
    return f"# For checks alone: what is a derivative above is one of this.\n{targets.definition}"


def header(functions: Sequence[Written], version: str, style: Style) -> str:
    """The module's docstring: what wrote it from what, and for each function its cost, conventions and rewrites."""
    if len(functions) == 1:
        (only,) = functions
        title = f"{only.name}: written by symdiff {version} from graph {only.digest}; {style.words}."
        blocks = ["\n".join(_summary(only))]
    else:
        title = f"{', '.join(each.name for each in functions)}: written by symdiff {version}; {style.words}."
        blocks = ["\n".join([f"{each.name}, from graph {each.digest}", *_summary(each)]) for each in functions]
    lines = textwrap.wrap(title, WIDTH, break_long_words=False, break_on_hyphens=False)
    return '"""' + "\n\n".join(["\n".join(lines), *blocks]) + '\n"""'


def _summary(function: Written) -> Iterator[str]:
    for what, text in function.summary:
        lines = textwrap.wrap(
            text, WIDTH, initial_indent=f"{what:<13}", subsequent_indent=" " * 13, break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip
        yield from (line.replace(NO_BREAK, " ") for line in lines)


def _merged(what: str, each: Iterator[dict[str, str]]) -> dict[str, str]:
    """All texts by name; two that differ can't have one name."""
    found: dict[str, str] = {}
    for texts in each:
        for name, text in texts.items():
            if found.setdefault(name, text) != text:
                raise ArgumentError(
                    f"two functions call a {what} {name!r}, and mean different ones",
                    advice="rename the kernel of one op, or export the functions to files of their own",
                )
    return found


def _table(functions: Sequence[Written]) -> Iterator[str]:
    """What the program works on: each function, its arguments' types by the named sizes, its derivatives."""
    rows: list[str] = []
    for each in functions:
        derivatives = "".join(f"\n            {row!r}," for row in each.derivatives)
        listed = f"[{derivatives}\n        ]" if derivatives else "[]"
        parts = (each.name, each.inputs, listed, each.targets and each.targets.name)
        rows.append("\n".join([f"    {each.name!r}: (", *(f"        {part}," for part in parts), "    ),"]))
    yield "\n".join(
        [
            "# The rest of this file is a program that checks and times what is above: run it with --help.",
            "# Of each function: its arguments' types by the named sizes, and its derivatives: a label, the kind,",
            "# which output it is, the outputs it is a derivative of, the arguments it is one by, what it is along;",
            "# and what gives further outputs, where it is a derivative of what the function itself doesn't return.",
            f"{TABLE} = {{",
            *rows,
            "}",
        ]
    )


_START: Final = f"""
if __name__ == "__main__":
{chr(10).join(f"    from {module} import {', '.join(names)}" for module, names in IMPORTS.items())}

    raise SystemExit(run_program({TABLE}, __doc__))
""".strip()
