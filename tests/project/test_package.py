"""What the package says about itself: one version, whom to cite, and links that lead somewhere."""

import re
import runpy
from pathlib import Path

import pytest

import kan_numpy as kn

ROOT = Path(__file__).resolve().parents[2]
FIRST_AUTHORS = ["Liu", "Wang", "Vaidya", "Ruehle", "Halverson", "Soljačić", "Hou", "Tegmark"]


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def description(text, address):
    """Return the description of the wheel, as setup.py makes it."""
    return runpy.run_path(str(ROOT / "setup.py"))["description"](text, address)


def test_the_version_is_the_same_everywhere():
    assert re.fullmatch(r"\d+\.\d+\.\d+", kn.__version__)
    assert re.search(r"^version: (\S+)$", text_of("CITATION.cff"), re.MULTILINE)[1] == (
        kn.__version__
    )
    assert re.findall(r"^## (\d\S+?),? ", text_of("CHANGELOG.md"), re.MULTILINE)[0] == (
        kn.__version__
    )
    assert 'dynamic = ["version"' in text_of("pyproject.toml")
    assert "\n__version__: str\n" in text_of("kan_numpy/__init__.pyi")


def test_the_paper_is_cited_with_its_authors():
    citation = text_of("CITATION.cff")
    assert re.findall(r"^ +family-names: (\S+)$", citation, re.MULTILINE) == FIRST_AUTHORS
    assert "https://arxiv.org/abs/2404.19756" in citation


def test_without_an_address_links_to_files_become_their_texts():
    readme = text_of("README.md")
    told = description(readme, None)
    left = re.findall(r"\]\(([^)]*)\)", told)
    assert left == [link for link in re.findall(r"\]\(([^)]*)\)", readme) if ":" in link]
    assert len(told.splitlines()) == len(readme.splitlines())
    assert "read `kan_numpy/minimal.py`, a complete KAN" in " ".join(told.split())
    assert re.search(r"^\*A network with .*\*$", told, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[a](b.py) [c](d/e.md#f)", "[a](https://x.example/b.py) [c](https://x.example/d/e.md#f)"),
        ("![a `b`\nc](d.png)", "![a `b`\nc](https://x.example/d.png)"),
        *[(kept, kept) for kept in ("[a](https://b.example)", "[a](#b)", "[a]", "`f[0](x)`")],
        ("```\nf[0](x)\n```\n[a](b)", "```\nf[0](x)\n```\n[a](https://x.example/b)"),
    ],
)
def test_with_an_address_links_to_files_are_absolute(text, told):
    assert description(text, "https://x.example/") == told
