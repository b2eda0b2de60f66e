"""The mutants are the changes that they should be, and those listed as equivalent exist."""

import json
from types import SimpleNamespace

import mutants
import pytest

CODE = """\
def f(x: int = 3) -> "tuple[int, 4]":
    y = (x + 1) * -2.5
    if y <= x and not x == 7:
        y -= x**2
    return f"{y + 1}", [y, True, *zip(x, y, strict=True)]
"""


@pytest.fixture
def found(tmp_path, monkeypatch):
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    (tmp_path / "code.py").write_text(CODE, encoding="utf-8")
    return mutants.mutants_of(tmp_path / "code.py")


def test_every_operator_comparison_number_and_sign_is_changed_once(found):
    assert [(mutant.line, mutant.after.strip()) for mutant in found] == [
        (1, 'def f(x: int = 4) -> "tuple[int, 4]":'),
        (2, "y = (x - 1) * -2.5"),
        (2, "y = (x + 2) * -2.5"),
        (2, "y = (x + 1) / -2.5"),
        (2, "y = (x + 1) * +2.5"),
        (2, "y = (x + 1) * -3.5"),
        (3, "if y < x and not x == 7:"),
        (3, "if y <= x and not x != 7:"),
        (3, "if y <= x and not x == 8:"),
        (4, "y += x**2"),
        (4, "y -= x*2"),
        (4, "y -= x**3"),
        (5, 'return f"{y + 1}", [y, False, *zip(x, y, strict=True)]'),
    ]


def test_only_the_changed_line_differs(found, tmp_path):
    assert all(map(mutants.compiles, found))
    before = CODE.splitlines()
    for mutant in found:
        after = mutants.changed(tmp_path / "code.py", mutant).splitlines()
        differing = [
            n for n, pair in enumerate(zip(before, after, strict=True), 1) if len(set(pair)) > 1
        ]
        assert differing == [mutant.line]


def test_a_change_that_is_listed_as_equivalent_is_one_of_the_mutants():
    for path, before, after in mutants.equivalents():
        changes = mutants.mutants_of(mutants.ROOT / path)
        assert (before, after) in {(m.before.strip(), m.after.strip()) for m in changes}, before


def test_a_sample_stays_when_code_elsewhere_changes(found):
    chosen = mutants.sample(found, 5, seed=1)
    assert len(set(chosen)) == 5
    assert chosen != mutants.sample(found, 5, seed=2)
    elsewhere = [mutant._replace(line=mutant.line + 7) for mutant in found]
    assert [m.after for m in mutants.sample(elsewhere, 5, seed=1)] == [m.after for m in chosen]
    assert set(mutants.sample(found[:-1], 5, seed=1)) >= set(chosen) - {found[-1]}


def test_the_tests_of_the_changed_file_run_first_and_quick_ones_before_slow_ones(tmp_path):
    path, names = tmp_path / "seconds.json", ["a.py::f", "test_b.py::f", "test_b.py::g", "c.py::f"]
    items = [SimpleNamespace(nodeid=f"tests/{name}") for name in names]
    first = mutants.Order(path, "")
    first.pytest_collection_modifyitems(items)
    assert [item.nodeid for item in items] == [f"tests/{name}" for name in names]  # as they were
    for item, seconds in zip(items, (0.2, 0.4, 0.3, 0.1), strict=True):
        for part in (0.0, seconds):  # what comes before, and the test
            first.pytest_runtest_logreport(SimpleNamespace(nodeid=item.nodeid, duration=part))
    first.pytest_sessionfinish()
    mutants.Order(path, "b").pytest_collection_modifyitems(items)
    assert [item.nodeid for item in items] == [f"tests/{names[n]}" for n in (2, 1, 3, 0)]
    mutants.Order(path, "b").pytest_sessionfinish()
    assert len(json.loads(path.read_text("utf-8"))) == len(names)  # what a mutant takes is not kept
