"""Mutation testing: one small change of the code at a time, and whether the tests notice.

    python tests/mutants.py CHAPTER [--count 30] [--seed 1]

A sample of all changes of the chapter is drawn: an operator for another one, a comparison for its
neighbor, a number for the next one, a sign for the other. Each is made in a copy of the project,
and the chapter's tests run against it, those of the changed file first, and the quick ones before
the slow ones. Changes that no test notices are printed, except those listed with a reason in
`tests/equivalent_mutants.txt`.
"""

import argparse
import ast
import gc
import importlib
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
EQUIVALENT = ROOT / "tests" / "equivalent_mutants.txt"

OPERATORS = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "*",
    ast.Pow: "*", ast.MatMult: "*",
}  # fmt: skip
COMPARISONS = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip


# What every run of the tests needs is set and imported once.
ENVIRONMENT = {
    "MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1", "HYPOTHESIS_PROFILE": "mutants",
}  # fmt: skip
IMPORTED = (
    "doctest", "hypothesis.extra.numpy", "matplotlib.pyplot", "scipy.interpolate", "scipy.optimize",
)  # fmt: skip


class Mutant(NamedTuple):
    """One changed line."""

    path: str  # from the root of the project
    line: int  # from 1
    before: str
    after: str

    def __str__(self):
        return f"{self.path}:{self.line}\n    - {self.before.strip()}\n    + {self.after.strip()}"


def mutants_of(path):
    """Return every mutant of a file, in the order of the text."""
    text = path.read_text(encoding="utf-8")
    lines, tree = text.splitlines(), ast.parse(text)
    changes = []
    for node in executed(tree):
        changes += list(changes_of(node, text))
    found = []
    for first, start, last, stop, new in sorted(changes):
        if first == last:  # an expression over several lines is changed through its parts
            old = lines[first - 1].encode()
            after = (old[:start] + new.encode() + old[stop:]).decode()
            found.append(Mutant(str(path.relative_to(ROOT)), first, old.decode(), after))
    return found


def executed(node):
    """Yield the nodes that compute something: not annotations, messages, and what zip asserts."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.keyword) and node.arg == "strict"):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from executed(child)


def changes_of(node, text):
    """Yield (first line, first column, last line, last column, new text) for a node."""
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        yield between(node.left, node.right, text, OPERATORS[type(node.op)])
    if isinstance(node, ast.AugAssign) and type(node.op) in OPERATORS:
        yield between(node.target, node.value, text, OPERATORS[type(node.op)] + "=")
    if isinstance(node, ast.Compare):
        for left, operator, right in zip(
            [node.left, *node.comparators], node.ops, node.comparators, strict=False
        ):
            yield between(left, right, text, COMPARISONS[type(operator)])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield (node.lineno, node.col_offset, node.lineno, node.col_offset + 1, "+")
    if isinstance(node, ast.Constant) and type(node.value) in (int, float, bool):
        new = not node.value if isinstance(node.value, bool) else node.value + 1
        if new != node.value:  # a large number has no next one
            yield (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, repr(new))


def between(left, right, text, new):
    """Return the change of the operator between two expressions: parentheses stay."""
    lines = text.splitlines()
    if left.end_lineno != right.lineno:
        return (left.end_lineno, 0, right.lineno, 0, new)
    gap = lines[left.end_lineno - 1].encode()[left.end_col_offset : right.col_offset].decode()
    closing = len(gap) - len(gap.lstrip(" )"))
    opening = len(gap.rstrip(" ("))
    start = left.end_col_offset + closing
    return (left.end_lineno, start, right.lineno, left.end_col_offset + opening, new)


def compiles(mutant):
    """Return whether the changed file is still a program."""
    try:
        compile(changed(ROOT / mutant.path, mutant), mutant.path, "exec")
    except SyntaxError:
        return False
    return True


def changed(path, mutant):
    """Return the text of a file with the changed line."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[mutant.line - 1] = mutant.after + "\n"
    return "".join(lines)


def equivalents():
    """Return the changes that are known to change nothing: path, before, after."""
    rows = [line.split(" || ") for line in EQUIVALENT.read_text(encoding="utf-8").splitlines()]
    return {tuple(part.strip() for part in row[:3]) for row in rows[1:]}


def sample(every, count, seed):
    """Return some of the mutants; a change elsewhere in the code leaves the choice as it is."""

    def lot(mutant):
        return random.Random(f"{seed} {mutant.path} {mutant.before} {mutant.after}").random()

    return sorted(every, key=lot)[:count]


def passes(copy, chapter, mutant=None, timeout=None):
    """Return whether the chapter's tests pass in a copy of the project, in time."""
    order = Order(copy / "seconds.json", Path(mutant.path).stem if mutant else "")
    process = multiprocessing.get_context("fork").Process(
        target=run_pytest, args=(copy, [f"tests/{chapter}", f"kan_numpy/{chapter}"], order)
    )
    process.start()
    process.join(timeout)
    if process.is_alive():
        process.kill()
        process.join()
    return process.exitcode == 0


class Order:
    """Let the tests of one file run first, and the quick ones before the slow ones."""

    def __init__(self, path, name):
        self.path, self.name, self.seconds = path, name, {}

    def pytest_collection_modifyitems(self, items):
        known = json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}
        own = f"/test_{self.name}.py::"
        items.sort(key=lambda item: (own not in item.nodeid, known.get(item.nodeid, 0.0)))

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration

    def pytest_sessionfinish(self):
        if not self.path.exists():  # the first time nothing is changed
            self.path.write_text(json.dumps(self.seconds), "utf-8")


def run_pytest(folder, tests, order):
    """Run tests in a folder, silently, and exit with pytest's code."""
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), sys.stdout.fileno())
        os.dup2(nothing.fileno(), sys.stderr.fileno())
    options = [
        "-x",
        "--assert=plain",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        "-m",
        "not slow and not lesson",
    ]
    sys.exit(pytest.main(options + tests, plugins=[order]))


def survivors(copy, chapter, chosen):
    """Yield the mutants that the chapter's tests do not notice; each is written into the copy."""
    started = time.perf_counter()
    if not passes(copy, chapter):
        sys.exit(f"The tests of {chapter} fail before anything is changed.")
    timeout = 60 + 5 * (time.perf_counter() - started)  # a mutant that never ends is noticed, too
    # A cached mutant could be taken for the next one, of the same size and the same second.
    sys.dont_write_bytecode = True
    for number, mutant in enumerate(chosen, 1):
        path = copy / mutant.path
        original = path.read_text(encoding="utf-8")
        path.write_text(changed(path, mutant), encoding="utf-8")
        if passes(copy, chapter, mutant, timeout):
            yield mutant
        path.write_text(original, encoding="utf-8")
        print(f"{number}/{len(chosen)}", end="\r", file=sys.stderr)


def main():
    """Sample, test, and print what survived; the exit code is 1 if anything did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapter")
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    os.environ.update(ENVIRONMENT)
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()  # no fork looks for garbage among them
    files = sorted((ROOT / "kan_numpy" / asked.chapter).glob("*.py"))
    every = [mutant for path in files for mutant in mutants_of(path) if compiles(mutant)]
    chosen = sample(every, asked.count, asked.seed)
    known, listed, unknown = equivalents(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        skipped = shutil.ignore_patterns(".git", ".venv*", "build", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, copy, ignore=skipped)
        for mutant in survivors(copy, asked.chapter, chosen):
            if (mutant.path, mutant.before.strip(), mutant.after.strip()) in known:
                listed += 1
            else:
                unknown += 1
                print(f"survived: {mutant}", flush=True)
    print(
        f"{asked.chapter}, seed {asked.seed}: {len(every)} mutants, {len(chosen)} tried,"
        f" {len(chosen) - listed - unknown} killed, {unknown} survived,"
        f" {listed} equivalent with a reason"
    )
    sys.exit(bool(unknown))


if __name__ == "__main__":
    main()
