"""What networks, formulas and training display in a notebook, run as a notebook runs."""

import re

import pytest

pytestmark = pytest.mark.site

TRAIN = """
import numpy as np
import kan_numpy as kn

x = np.linspace(-1.0, 1.0, 50)[:, None]
net = kn.fit(kn.KAN([1, 1], rng=0), x, np.sin(3.0 * x), kn.Adam(0.1), steps=500, {}).network
"""


@pytest.fixture(scope="module")
def cells():
    """Run a notebook, and return the outputs of its cells."""
    import nbclient
    import nbformat

    sources = [TRAIN.format("progress=True"), TRAIN.format("rng=0"), "net", "kn.MLP([2, 3, 1])"]
    sources += ["kn.formula(kn.from_formula('x0**2', ['x0']))"]
    book = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)))
    nbclient.NotebookClient(book, timeout=120, coalesce_streams=True).execute()
    return [cell.outputs for cell in book.cells]


def test_the_line_of_progress_is_written_over(cells):
    (output,) = cells[0]
    assert output.name == "stderr"
    shown = output.text.rpartition("\r")[2]
    assert re.fullmatch(r"step 500/500  loss \S+  outside 0.0 %  \S+ s *\n", shown)
    assert output.text.count("\n") == 1


def test_without_being_asked_a_notebook_shows_no_progress(cells):
    assert cells[1] == []


@pytest.mark.parametrize(("cell", "name"), [(2, "KAN"), (3, "MLP")])
def test_a_network_is_a_table(cells, cell, name):
    (output,) = cells[cell]
    assert f"<caption>{name}(" in output.data["text/html"]
    assert output.data["text/plain"].startswith(f"{name}([")


def test_a_formula_is_typeset(cells):
    (output,) = cells[4]
    assert output.data["text/latex"] == "$$\\begin{aligned}\nx_{0}^{2}\n\\end{aligned}$$"
