"""The archives that a package index would get: they are built, and twine finds nothing wrong."""

import sys
from pathlib import Path

import pytest
from commands import run

pytestmark = pytest.mark.site

ROOT = Path(__file__).resolve().parents[2]


def test_an_index_would_take_the_archives(tmp_path):
    python = [sys.executable, "-m"]
    run(*python, "build", "--outdir", tmp_path, ".", cwd=ROOT)
    archives = sorted(tmp_path.iterdir())
    assert [path.suffix for path in archives] == [".whl", ".gz"]
    said = run(*python, "twine", "--no-color", "check", "--strict", *archives, cwd=ROOT)
    assert said.count("PASSED") == 2
