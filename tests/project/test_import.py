"""The import of the library loads names only: a part, and what it needs, come when it is used."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import kan_numpy as kn

FOLDER = Path(kn.__file__).parent

NETWORK = """
import numpy as np
x = np.random.default_rng(0).uniform(-1.0, 1.0, (50, 2))
net = kn.KAN([2, 5, 1], rng=0)
net(x)
"""

HEAVY = {
    *("scipy.interpolate", "scipy.linalg", "scipy.optimize", "scipy.sparse", "scipy.spatial"),
    *("scipy.special", "scipy.stats", "matplotlib"),
}
"""What takes longer to load than NumPy."""


def in_a_fresh_process(code):
    """Return what a script prints, where nothing is loaded yet."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=FOLDER.parent
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded(code):
    """Return the modules that are loaded after a script."""
    listed = "import sys\nprint(*sys.modules)"
    return set(in_a_fresh_process(f"import kan_numpy as kn\n{code}\n{listed}").split())


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("", ""),
        (f"{NETWORK}net.jacobian(x); kn.fit(net, x, x[:, :1], kn.Adam(), steps=2)", ""),
        (f"{NETWORK}kn.fit(net, x, x[:, :1], steps=20)", "import scipy.linalg, scipy.sparse"),
        ("kn.symbols.SYMBOLS['erf'](0.5)", "import scipy.special"),
    ],
    ids=["import", "Adam", "Levenberg-Marquardt", "erf"],
)
def test_what_takes_long_to_load_is_loaded_when_it_is_needed(code, needed):
    modules = loaded(code)
    assert modules & HEAVY == loaded(needed) & HEAVY
    assert ("numpy" in modules) == bool(code)


def test_a_chapter_is_loaded_only_if_it_is_needed():
    trained = loaded(f"{NETWORK}kn.fit(net, x, x[:, :1], steps=1)")
    own = {name.split(".")[1] for name in trained if name.startswith("kan_numpy.")}
    chapters = {name for name in own if (FOLDER / name).is_dir()}
    assert chapters == {"splines", "functions", "layers", "networks", "optimizers", "training"}


UNCHANGED = """
import os, random, signal, sys, threading, warnings
import numpy as np
import scipy.special  # it adds a filter for warnings
def state():
    return repr([
        np.geterr(), np.get_printoptions(), np.random.get_state()[1].sum(), random.getstate(),
        sorted(os.environ.items()), sys.flags, sys.getrecursionlimit(), os.getcwd(),
        [signal.getsignal(s) for s in signal.valid_signals()], threading.active_count(),
        warnings.filters[:3],
    ])
before = state()
import kan_numpy as kn
assert state() == before
for name in kn.__all__:
    if not name.startswith(("plot", "record")):  # Matplotlib is another matter
        getattr(kn, name)
assert state() == before
"""


def test_an_import_changes_nothing_in_the_process():
    in_a_fresh_process(UNCHANGED)


def stub():
    """Return what the stub says: the names that it imports, with their modules, and `__all__`."""
    homes, listed = {}, None
    for node in ast.parse((FOLDER / "__init__.pyi").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            homes |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Assign):
            listed = ast.literal_eval(node.value)
    return homes, listed


def test_type_checkers_see_the_names_that_there_are():
    homes, listed = stub()
    assert sorted(listed) == sorted(homes) == sorted(kn.__all__)
    for name, (module, inner) in homes.items():
        home = import_module(module)
        assert getattr(kn, name) is getattr(home, inner, None), name


def test_the_names_stand_in_the_order_in_which_files_are_read():
    chapters = [chapter for chapter, _, _ in (home.partition(".") for home in kn._DEFINED)]
    contents = [line.split()[1] for line in kn.__doc__.splitlines() if line[4:6].strip().isdigit()]
    assert len(contents) == 14
    assert list(dict.fromkeys(chapters)) == [name for name in contents if name in chapters]


def test_a_star_imports_every_name():
    code = "before = set(dir())\nfrom kan_numpy import *\nprint(*set(dir()) - before)"
    assert set(in_a_fresh_process(code).split()) - {"before"} == set(kn.__all__)


def test_a_chapter_can_be_reached_by_its_name_with_all_of_its_files():
    code = "import kan_numpy as kn\nprint(kn.algebra.parsing.__name__, kn.splines.knots.__name__)"
    assert in_a_fresh_process(code).split() == [
        "kan_numpy.algebra.parsing",
        "kan_numpy.splines.knots",
    ]


@pytest.mark.parametrize("name", ["nothing", "__wrapped__", "data", "_arrays_"])
def test_another_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=f"'kan_numpy' has no attribute '{name}'"):
        getattr(kn, name)
