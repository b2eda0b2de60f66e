"""A table in HTML, as a notebook displays it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def html_table(caption: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table of texts and numbers, of which nothing is read as HTML."""

    def row(tag: str, cells: Iterable[object]) -> str:
        return f"<tr>{''.join(f'<{tag}>{escape(str(cell))}</{tag}>' for cell in cells)}</tr>"

    lines = [f"<caption>{escape(caption)}</caption>", row("th", header)]
    return "\n".join(["<table>", *lines, *(row("td", cells) for cells in rows), "</table>"])
