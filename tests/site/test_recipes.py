"""Every recipe runs to its end as a script, and is built like a lesson."""

import os
import re
import sys
from pathlib import Path

import pytest
from commands import run

pytestmark = pytest.mark.site

LESSONS = Path(__file__).resolve().parents[2] / "lessons"
RECIPES = sorted((LESSONS / "site" / "recipes").glob("*.py"))
SECONDS_AT_MOST = 120  # on a busy machine; processors need 15

each_recipe = pytest.mark.parametrize("recipe", RECIPES, ids=[path.stem for path in RECIPES])


def test_there_are_recipes():
    names = {path.stem for path in RECIPES}
    assert {"scikit_learn", "efficient_kan", "any_optimizer", "from_csv", "in_a_paper"} <= names
    assert not names & (sys.stdlib_module_names | {"sklearn"}), "a script hides such a module"


@each_recipe
def test_a_recipe_runs(recipe, tmp_path):
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": str(LESSONS)}  # of _page.py
    command = [sys.executable, "-W", "error", recipe]
    run(*command, cwd=tmp_path, env=environment, timeout=SECONDS_AT_MOST)
    assert {path.name for path in tmp_path.iterdir()} <= {"build"}


@each_recipe
def test_a_recipe_says_what_it_answers_and_asserts_what_it_tells(recipe):
    text = recipe.read_text(encoding="utf-8")
    assert re.match(r"# %% \[markdown\]\n# # Recipe: \w", text)
    for marker in ("**Question.**", "**You need:**", "**Time:**"):
        assert re.search(rf"{re.escape(marker)}\s+(?!\*\*)\S", text), marker
    assert len(re.findall(r"^ *assert |assert_\w+\(", text, re.MULTILINE)) >= 3
