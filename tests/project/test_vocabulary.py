"""One vocabulary: the field's terms, American spelling in identifiers, one table of letters."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve()

RETIRED = ["way forwards", "way back", "inner door", "verdict", "doubt", "gauge", "rigour"]

# Parts of identifiers, between underscores, in lower case.
BRITISH = re.compile(
    r"(colour|grey|behaviour|neighbour|favour|honour|centre|metre|fibre|catalogue"
    r"|(normal|optim|local|recogn|initial|regular|minim|maxim|general|symbol|summar|discret"
    r"|parametr|linear|factor|vector|quant|penal|organ|visual|serial|random|standard|real"
    r"|categor|util|token|symmetr|canonical|differential|polynomial)is(e|ed|es|er|ers|ing|ation)\b"
    r"|analys(e|ed|es|ing)\b|(label|model|cancel|travel|signal)l(ed|ing)\b|learnt\b)"
)
# An alias that scripts use, and the files, parts and columns that are named after it.
KEPT = {"localisation"}

FILES = [
    *(path for folder in ("kan_numpy", "lessons", "tests") for path in (ROOT / folder).rglob("*")),
    *ROOT.glob("*.md"),
]
TEXTS = [p for p in FILES if p.suffix in (".py", ".md") and p != HERE]
SOURCES = [p for p in TEXTS if p.suffix == ".py"]


def retired_words(text):
    """Return the retired words in a text, also across line breaks and between underscores."""
    found = []
    for word in RETIRED:
        pattern = r"[\s_#]+".join(word.split())
        if re.search(rf"(?<![a-z]){pattern}(?![a-z])", text, re.IGNORECASE):
            found.append(word)
    return found


def identifiers(source):
    """Return every name that a source defines or uses."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        for field in ("id", "attr", "arg", "name", "asname"):
            value = getattr(node, field, None)
            names |= {value} if isinstance(value, str) else set()
    return {part for name in names for part in name.split(".")}


def british(names):
    return {
        name
        for name in names
        if name not in KEPT and any(BRITISH.match(part) for part in name.lower().split("_"))
    }


def test_retired_words_stay_away():
    assert len(TEXTS) > 100
    found = {
        str(path.relative_to(ROOT)): words
        for path in TEXTS
        if (words := retired_words(path.read_text(encoding="utf-8")))
    }
    assert not found


def test_identifiers_are_spelled_as_in_america():
    found = {}
    for path in SOURCES:
        if names := british({path.stem} | identifiers(path.read_text(encoding="utf-8"))):
            found[str(path.relative_to(ROOT))] = sorted(names)
    assert not found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("on the way\n# back to x", ["way back"]),
        ("def _gauge(x): ...", ["gauge"]),
        ("Its verdict: no doubt.", ["verdict", "doubt"]),
        ("gauges, doubtful, a backward pass", []),
    ],
)
def test_retired_words_are_found_wherever_they_hide(text, words):
    assert retired_words(text) == words


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def normalise(x, *, colour): return x.centred", {"normalise", "colour", "centred"}),
        ("import labels as labelled_rows", {"labelled_rows"}),
        ("GREY = noise = likewise(raise_it=precise, center=1)", {"GREY"}),
        ("from kan_numpy.datasets import localization as localisation", set()),
    ],
)
def test_british_identifiers_are_found(source, names):
    assert british(identifiers(source)) == names
