"""The archives that a package index would get: they are built, and twine finds nothing wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.site

ROOT = Path(__file__).resolve().parents[2]


def run(*command):
    """Run a module of this Python, and return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_an_index_would_take_the_archives(tmp_path):
    run("build", "--outdir", tmp_path, ".")
    archives = sorted(tmp_path.iterdir())
    assert [path.suffix for path in archives] == [".whl", ".gz"]
    assert run("twine", "--no-color", "check", "--strict", *archives).count("PASSED") == 2
