"""The table of the reproduction: one csv file, and the page that is made from it."""

import csv
import math
from dataclasses import fields
from pathlib import Path

from . import parts
from .experiment import Row

FOLDER = Path(__file__).resolve().parent / "results"
TABLE, PAGE = FOLDER / "reproduction.csv", FOLDER / "reproduction.md"
COLUMNS = ("part", "item", "paper", "ours", "ratio", "parameters", "seconds", "seeds", "spread")

INTRODUCTION = """# The papers' figures beside ours

`make reproduce` computed every number here and wrote them to [reproduction.csv](reproduction.csv);
this page is made from that file. All of it took {minutes:.0f} minutes of processor time, shared by
two cores; `make reproduce PART=toy` does one part. Errors are root mean squares over test samples
that training has not seen, unless a part says otherwise.

- **paper** is the published figure, read off a plot where the paper prints no number; a dash means
  that there is none to compare with. **ratio** is ours divided by the paper's.
- **seeds** counts independent runs, each with its own data and starts. The run that is best on its
  training samples or on a validation set is reported; the test samples decide nothing. **spread**
  is the largest test error of these runs, or the largest score, divided by the smallest.
- **seconds** is the processor time of all runs of a row together, on one core.
"""


def as_text(value):
    """Write a number with four digits that count, and None as nothing."""
    if value is None:
        return ""
    return str(value) if isinstance(value, str | int) else f"{value:.4g}"


def write(rows, path=TABLE):
    """Write the rows as csv, in the order of the parts and their items."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in sorted(rows, key=_place):
            writer.writerow([as_text(getattr(row, name)) for name in COLUMNS])


def _place(row):
    """Return where a row stands; the sort is stable, so the rows of one item stay together."""
    there = parts()
    if row.part not in there:
        return len(there), 0
    found = [row.belongs_to(item) for item in there[row.part].items]
    return list(there).index(row.part), found.index(True) if any(found) else len(found)


def read(path=TABLE):
    """Read what `write` wrote; an empty list if there is no file."""
    if not path.exists():
        return []
    kinds = {"parameters": int, "seeds": int, "part": str, "item": str}
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    names = [field.name for field in fields(Row)]
    return [
        Row(**{n: kinds.get(n, float)(line[n]) if line[n] else None for n in names})
        for line in lines
    ]


def page(rows):
    """Return the page: for each part a heading, what was compared, its plot and its lines."""
    minutes = sum(row.seconds or 0 for row in rows) / 60
    sections = [INTRODUCTION.format(minutes=minutes)]
    for name, part in parts().items():
        own = [row for row in rows if row.part == name]
        if own:
            sections.append(f"## {part.title}\n\n{part.about.strip()}\n")
            sections.append(assess(own, part))
            sections.append(f"![{part.title}]({plot_path(name).name})\n")
            sections.append(markdown_table(own, part))
    return "\n".join(sections)


def plot_path(name):
    """Return where the plot of a part is kept."""
    return FOLDER / f"{name}.png"


def comparison(row, part):
    """Say how ours compares: "better", "worse", "equal", or "" if there is nothing to compare."""
    if row.ratio is None:
        return ""
    gain = row.ratio if part.larger_is_better else 1.0 / row.ratio
    tolerance = 1.1 if part.read_off else 1.01
    if gain > tolerance:
        return "better"
    return "equal" if gain > 1.0 / tolerance else "worse"


def assess(rows, part):
    """Return a sentence that counts where ours is better, and names where it is not.

    MLPs are there to compare with, and do not count.
    """
    found = {kind: [] for kind in ("better", "equal", "worse", "")}
    for row in rows:
        found[comparison(row, part) if "MLP" not in row.item else ""].append(row.item)
    better, compared = len(found["better"]), len(rows) - len(found[""])
    if not compared:
        return "There is no published figure to compare with.\n"
    text = f"**Ours is better in {better} of {compared} comparisons.**"
    if found["equal"]:
        within = "10 %, to which a plot can be read" if part.read_off else "1 %"
        text += f" It is equal, within {within}, in {len(found['equal'])}."
    return text + (f" It is worse in: {', '.join(found['worse'])}.\n" if found["worse"] else "\n")


def markdown_table(rows, part):
    """Return the rows as a table in Markdown; a ratio on the wrong side of 1 is called worse."""
    lines = ["| item | paper | ours | ratio | parameters | seconds | seeds | spread |"]
    lines.append("|---|" + "---:|" * 7)
    for row in rows:
        ratio = as_cell(row.ratio) + (" worse" if comparison(row, part) == "worse" else "")
        cells = [row.item, as_cell(row.paper), as_cell(row.ours), ratio, row.parameters]
        cells += [row.seconds and math.ceil(row.seconds), row.seeds, as_cell(row.spread)]
        lines.append("| " + " | ".join("–" if c is None else str(c) for c in cells) + " |")
    return "\n".join(lines) + "\n"


def as_cell(value):
    """Write a number with two digits that count, three if that needs no exponent."""
    if value is None:
        return "–"
    return f"{value:.3g}" if 0.01 <= abs(value) < 1000 else f"{value:.1e}"
