"""The wheel holds the whole library: installed outside the repository, it loads data and trains."""

import os
import re
import shutil
import sys
import venv
import zipfile
from email import message_from_string
from pathlib import Path

import pytest
from commands import run

import kan_numpy as kn

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
WHAT_MAKES_A_WHEEL = ("pyproject.toml", "setup.py", "README.md", "LICENSE")

# Run by the fresh environment, far from the repository.
SCRIPT = """
from importlib import metadata
from pathlib import Path
import sys

import numpy as np
import kan_numpy as kn

assert Path(kn.__file__).is_relative_to(sys.prefix), kn.__file__
assert kn.__version__ == metadata.version("kan_numpy")
assert all(getattr(kn, name) is not None for name in kn.__all__)
table = kn.datasets.load_knots()
assert len(table.signature) == 12954
x = np.random.default_rng(0).uniform(-1.0, 1.0, (50, 2))
net = kn.KAN([2, 3, 1], rng=0)
result = kn.fit(net, x, x[:, :1] * x[:, 1:], steps=1)
assert result.history["train_loss"][0] < np.mean((net(x) - x[:, :1] * x[:, 1:]) ** 2)
y, _ = kn.minimal.forward(kn.minimal.random_network([2, 1], 5, 3, np.random.default_rng(0)), x)
assert y.shape == (50, 1)
kn.plot(net, x).savefig("net.png")
print("all there")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from a copy, so that nothing old and nothing new lies about."""
    source = tmp_path_factory.mktemp("source")
    for name in WHAT_MAKES_A_WHEEL:
        shutil.copy(ROOT / name, source)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "kan_numpy", source / "kan_numpy", ignore=ignored)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    run(*pip, "wheel", "--no-deps", "--wheel-dir", source / "dist", source, cwd=source)
    (built,) = (source / "dist").glob("*.whl")
    return built


def test_every_file_of_the_library_is_in_the_wheel(wheel):
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "kan_numpy").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == files


def test_what_the_wheel_says_about_itself(wheel):
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    about = message_from_string(archive.read(name).decode())
    assert about["Version"] == kn.__version__
    assert about["License-Expression"] == "MIT"
    assert "Paper, https://arxiv.org/abs/2404.19756" in about.get_all("Project-URL")
    assert "Intended Audience :: Education" in about.get_all("Classifier")
    assert about["Description-Content-Type"] == "text/markdown"
    description = about.get_payload()
    assert description.lstrip().startswith("# kan_numpy\n")
    assert not re.findall(r"\]\((?!https://)[^)]*\)", description)


def test_the_wheel_works_in_a_fresh_environment(wheel, tmp_path):
    venv.create(tmp_path / "fresh", with_pip=True)
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    python = tmp_path / "fresh" / folder / name
    run(python, "-m", "pip", "install", "--disable-pip-version-check", wheel, cwd=tmp_path)
    (tmp_path / "elsewhere").mkdir()
    output = run(python, "-I", "-W", "error", "-c", SCRIPT, cwd=tmp_path / "elsewhere")
    assert output.endswith("all there\n")
