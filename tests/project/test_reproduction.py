"""The table of the reproduction is well formed, and the page says what the table says."""

import re
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import kan_numpy as kn
from kan_numpy.datasets.feynman import FEYNMAN_EQUATIONS
from kan_numpy.datasets.special_functions import SPECIAL_FUNCTIONS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def package(monkeypatch):
    """Return a function that imports modules of the package, which is a script, not a library."""
    monkeypatch.syspath_prepend(ROOT)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    return lambda name="": import_module(f"lessons.reproduction{name and '.' + name}")


@pytest.fixture
def rows(package):
    """Return the rows that stand in the project."""
    return package("table").read()


def close(found, want):
    """Say whether two numbers agree in the four digits that the table has."""
    return abs(found - want) <= 1.01e-3 * abs(want)


def test_two_cores_need_less_than_half_an_hour(rows):
    assert sum(row.seconds or 0 for row in rows) / 2 < 30 * 60


def test_the_table_has_the_columns_and_every_line_is_filled(package):
    text = package("table").TABLE.read_text(encoding="utf-8").splitlines()
    assert text[0] == "part,item,paper,ours,ratio,parameters,seconds,seeds,spread"
    assert len(text) > 100


def test_the_numbers_of_the_table_make_sense(package, rows):
    assert {row.part for row in rows} <= set(package().parts())
    named = [(row.part, row.item) for row in rows]
    assert len(set(named)) == len(named)
    for row in rows:
        assert np.isfinite(row.ours), row
        assert row.ours > 0, row
        assert row.paper is None or row.paper > 0, row
        assert row.parameters is None or row.parameters > 0, row
        assert row.seeds >= 1, row
        assert row.seconds is None or row.seconds >= 0, row
        assert row.spread is None or row.spread >= 1, row


def test_the_ratio_is_ours_over_the_papers(package, rows):
    lines = package("table").TABLE.read_text(encoding="utf-8").splitlines()[1:]
    for row, line in zip(rows, lines, strict=True):
        written = re.sub('"[^"]*"', "item", line).split(",")[4]
        assert (written == "") == (row.paper is None)
        if row.paper is not None:
            assert close(float(written), row.ours / row.paper)


def test_every_item_has_its_rows(package, rows):
    for name, part in package().parts().items():
        own = [row for row in rows if row.part == name]
        for item in part.items:
            assert any(row.belongs_to(item) for row in own), (name, item)
        for row in own:
            assert sum(row.belongs_to(item) for item in part.items) == 1, row


def test_the_page_is_made_from_the_table(package, rows):
    table = package("table")
    page = table.PAGE.read_text(encoding="utf-8")
    assert page == table.page(rows)
    for plot in re.findall(r"\]\((\w+\.png)\)", page):
        assert (table.FOLDER / plot).exists()


def test_the_papers_figures_are_in_the_table(package, rows):
    paper = {(row.part, row.item): row.paper for row in rows}
    for name in SPECIAL_FUNCTIONS:
        assert paper["special", name] == package("special").PAPER[name][0]
    for name in FEYNMAN_EQUATIONS:
        assert paper["feynman", name] == min(package("feynman").PAPER[name])
    for name, figures in package("toy").PAPER.items():
        for G, figure in zip(package("toy").SIZES, figures, strict=False):
            assert paper["toy", f"{name} (G = {G})"] == figure


def ours(rows, part):
    return {row.item: row.ours for row in rows if row.part == part}


def test_the_toy_functions_reach_their_reference(package, rows):
    errors = ours(rows, "toy")
    for name in package("toy").PAPER:
        for G in package("toy").SIZES:
            found = errors[f"{name} (G = {G})"]
            at_most = 1.5 * errors.get(f"{name} (G = {G}, reference)", np.inf)
            assert found < (1e-12 if name == "product" else at_most), (name, G)
    assert errors["high_dimensional (G = 50)"] < 1e-7


def test_the_toy_networks_have_the_grids_that_their_rows_tell(package, rows):
    sizes = {row.item: row.parameters for row in rows if row.part == "toy"}
    for name, widths in package("toy").WIDTHS.items():
        edges = sum(a * b for a, b in pairwise(widths))
        for G in package("toy").SIZES:
            assert sizes[f"{name} (G = {G})"] == edges * (G + 3)


def test_the_mlps_of_the_toy_functions_are_as_good_as_their_authors(rows):
    named = {row.item: row for row in rows if row.part == "toy" and "MLP" in row.item}
    assert len(named) == 5
    for name, row in named.items():
        assert row.ratio < 1, name


def test_the_error_falls_with_the_power_of_the_theorem(rows):
    powers = ours(rows, "scaling")
    assert len(powers) == 9
    for item, power in powers.items():
        assert abs(power - int(item[-2]) - 1) < 0.3, item


def test_the_tables_are_below_the_papers(rows):
    for part, least in (("special", 15), ("feynman", 25)):
        named = {row.item: row for row in rows if row.part == part}
        tables = {"special": SPECIAL_FUNCTIONS, "feynman": FEYNMAN_EQUATIONS}
        assert sum(named[name].ratio < 1 for name in tables[part]) >= least


def test_the_multilevel_example_is_below_the_published_one(rows):
    (row,) = [row for row in rows if (row.part, row.item) == ("multilevel", "multilevel")]
    assert row.ours < 1e-5
    assert row.parameters <= 230


def test_rows_survive_the_file(package, tmp_path):
    table, Row = package("table"), package("experiment").Row
    before = [
        Row("toy", "product (G = 3)", 2.0, 0.5, 36, 1.25, 3, 1.5),
        Row("toy", "product (MLP)", None, 0.25),
    ]
    table.write(before, tmp_path / "t.csv")
    assert table.read(tmp_path / "t.csv") == before
    assert table.read(tmp_path / "none.csv") == []
    assert (tmp_path / "t.csv").read_text().splitlines()[1].endswith(",2,0.5,0.25,36,1.25,3,1.5")


def test_rows_stand_in_the_order_of_the_parts(package, tmp_path):
    table, Row = package("table"), package("experiment").Row
    names = [("special", "jv (MLP)"), ("toy", "product"), ("special", "ellipj"), ("toy", "bessel")]
    table.write([Row(part, item, None, 1.0) for part, item in names], tmp_path / "t.csv")
    order = [row.item for row in table.read(tmp_path / "t.csv")]
    assert order == ["bessel", "product", "ellipj", "jv (MLP)"]


def test_a_part_says_where_it_is_worse(package):
    table, experiment = package("table"), package("experiment")

    def said(ours, **flags):
        part = experiment.Experiment("T", "A", ("the item",), None, None, **flags)
        row = experiment.Row("p", "the item", 1.0, ours)
        return table.comparison(row, part), table.assess([row], part)

    assert said(0.5)[0] == "better"
    assert said(1.005)[0] == "equal"
    assert said(1.05, read_off=True)[0] == "equal"
    assert said(1.05)[0] == "worse"
    assert said(0.5, larger_is_better=True)[0] == "worse"
    assert "It is worse in: the item." in said(2.0)[1]
    assert "better in 1 of 1" in said(0.5)[1]
    assert "worse" not in said(0.5)[1]


def test_only_what_is_missing_is_computed(package):
    main, Row = package("__main__"), package("experiment").Row
    given = type("Given", (), {"part": ["continual"], "item": None, "redo": False})
    done = [Row("continual", "KAN", None, 1.0), Row("toy", "MLP", None, 1.0)]
    assert main.wanted(given, done) == [("continual", "KAN of degree 5"), ("continual", "MLP")]
    given.redo = True
    assert len(main.wanted(given, done)) == 3
    given.part = []
    given.item = ["jv", "I.6.2"]
    assert main.wanted(given, done) == [("special", "jv"), ("feynman", "I.6.2")]


def test_the_peaks_are_learned_again(package, rows):
    (row,) = package("continual").run("KAN")
    (written,) = [r for r in rows if (r.part, r.item) == ("continual", "KAN")]
    assert row.ours == pytest.approx(written.ours, rel=0.02)
    assert row.parameters == written.parameters == 203


def test_an_mlp_of_matched_size_is_as_large(package):
    recipe = package("recipe")
    for n_in, parameters, hidden in ((1, 97, 2), (2, 392, 4), (100, 1313, 1)):
        widths = recipe.matched_widths(n_in, parameters, hidden)
        assert len(widths) == hidden + 2
        wider = [n_in, *(w + 1 for w in widths[1:-1]), 1]
        assert kn.MLP(widths).size <= parameters < kn.MLP(wider).size


def test_of_the_mlps_the_best_on_the_validation_set_goes_on(package):
    recipe = package("recipe")
    data, check = kn.datasets.toy("product", 100), kn.datasets.toy("product", 100, rng=1)[:2]
    run = recipe.train_mlp(data, 40, 20, 0, check)
    assert run.check == recipe.rmse(run.network, *check)
    for hidden, *kind in recipe.MLPS:
        start = kn.MLP(recipe.matched_widths(2, 40, hidden), *kind, rng=0)
        short = kn.fit(start, *data[:2], steps=2, validation=check).network
        assert run.check <= recipe.rmse(short, *check)
