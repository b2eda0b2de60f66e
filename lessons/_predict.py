"""Run a lesson that waits at each of its predictions, and show yours beside its answers.

    python lessons/_predict.py lessons/02a_bumps.py

Your predictions are kept in build/predictions_02a_bumps.txt.
"""

import re
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple


class Prediction(NamedTuple):
    question: str
    yours: str
    answer: str = ""


def main(lesson: Path) -> None:
    """Run the lesson cell by cell, and ask before the code that knows."""
    asked: list[Prediction] = []
    namespace = {"__name__": "__main__"}
    try:
        for line, is_text, text in cells(lesson):
            if is_text:
                follow(text, asked)
            else:
                # Blank lines in front let a traceback point into the lesson.
                code = "\n" * (line - 1) + text
                exec(compile(code, str(lesson), "exec"), namespace)
    except (KeyboardInterrupt, EOFError):
        print("\nThe lesson ends here.")
    report = "\n".join(map(paragraph, asked))
    Path("build").mkdir(exist_ok=True)
    page = Path("build") / f"predictions_{lesson.stem}.txt"
    page.write_text(report, encoding="utf-8")
    print(f"\nYour predictions, also in {page}\n\n{report}", end="")


def cells(lesson: Path) -> list[tuple[int, bool, str]]:
    """Return (number of its first line, is it Markdown, text) of every cell."""
    parts = re.split(r"^# %%(.*)\n", lesson.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found, line = [], 1 + parts[0].count("\n")
    for mark, text in zip(parts[1::2], parts[2::2], strict=True):
        is_text = "[markdown]" in mark
        clean = re.sub(r"^# ?", "", text, flags=re.MULTILINE) if is_text else text
        found.append((line + 1, is_text, clean))
        line += 1 + text.count("\n")
    return found


def follow(text: str, asked: list[Prediction]) -> None:
    """Note an answer of the lesson, or ask for a prediction."""
    for words in re.split(r"\n\s*\n", text):
        kind, _, rest = " ".join(words.split()).partition(":** ")
        if kind == "**Answer" and asked:
            asked[-1] = asked[-1]._replace(answer=rest)
        elif kind == "**Predict":
            print(textwrap.fill(f"Predict: {rest}", 90))
            asked.append(Prediction(rest, input("> ").strip()))


def paragraph(prediction: Prediction) -> str:
    """Return a question, what was predicted and what the lesson says."""
    lines = [
        f"Question:   {prediction.question}",
        f"Predicted:  {prediction.yours or '-'}",
        f"Answer:     {prediction.answer or 'the lesson was left before it'}",
    ]
    return "\n".join(textwrap.fill(line, 90, subsequent_indent=" " * 12) for line in lines) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
