"""The page on which the lessons are written: colors and lines, figures, and tables of numbers."""

from collections.abc import Iterable
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.animation import Animation
from matplotlib.figure import Figure

# Colors that the color-blind can tell apart (Okabe and Ito); in gray, lines differ by their style.
BLUE, ORANGE, GREEN, PINK, SKY, GRAY = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#777777",
)  # fmt: skip
BUILD = Path("build")  # where figures go, in the folder in which a lesson is run

plt.rcParams.update(
    {
        "font.size": 13,
        "savefig.dpi": 150,
        "figure.constrained_layout.use": True,
        "axes.prop_cycle": plt.cycler(color=[BLUE, ORANGE, GREEN, PINK, SKY, GRAY]),
    }
)


def show(figure: Figure, name: str, description: str) -> None:
    """Save a figure as build/NAME.png; a notebook shows it here.

    The description is for who cannot see the figure, and is kept in the file.
    """
    BUILD.mkdir(exist_ok=True)
    figure.savefig(BUILD / f"{name}.png", metadata={"Description": description})
    print(f"   [figure build/{name}.png]")


def play(movie: Animation, name: str, description: str) -> None:
    """Save a movie as build/NAME.gif, and say what is in it; a notebook plays it here."""
    BUILD.mkdir(exist_ok=True)
    movie.save(BUILD / f"{name}.gif", writer="pillow", dpi=60)
    print(f"   [movie build/{name}.gif: {description}]")


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print rows below a header: the first column to the left, the others to the right."""
    lines = [[*header], *([_text(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *others in lines:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        print("   " + "  ".join([first.ljust(widths[0]), *cells]).rstrip())
    print()


def _text(cell: object) -> str:
    return f"{cell:.3g}" if isinstance(cell, float) else str(cell)
