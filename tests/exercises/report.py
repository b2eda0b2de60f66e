"""The report of a grading: one entry for every task, in the format of Gradescope."""

import json
import re
from collections import Counter
from fractions import Fraction
from itertools import groupby
from pathlib import Path

from exercises.catalog import order, plain, tasks


class Report:
    """The points of every task, written before the first check and after every other."""

    def __init__(self, path, items):
        self.path, self.share, self.said = Path(path), {}, {}
        self.titles = {task.number: task.title for task in tasks()}
        self.earned, self.most = Counter(), Counter()
        copies = Counter(origin(item) for item in items)  # a parametrized check shares its points
        for item in items:
            if mark := item.get_closest_marker("points"):
                points = Fraction(str(mark.args[0])) / copies[origin(item)]
                self.share[item.nodeid] = mark.kwargs["number"], points
                self.most[mark.kwargs["number"]] += points
        self.write()

    def add(self, outcome):
        """Count a check: it has passed if it was called and did not complain."""
        if outcome.nodeid not in self.share or (outcome.passed and outcome.when != "call"):
            return
        number, points = self.share[outcome.nodeid]
        name = outcome.nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ")
        self.earned[number] += points if outcome.passed else 0
        why = "" if outcome.passed else reason(outcome)
        self.said.setdefault(number, []).append((name, why))
        self.write()

    def write(self):
        """Write what is known so far."""
        entries = [
            entry(
                number,
                self.titles.get(number, f"Task {number}"),
                self.earned[number],
                self.most[number],
                lines(self.said.get(number, [])),
            )
            for number in sorted(self.most, key=order)
        ]
        save(self.path, entries)


def origin(item):
    """Return the name of a test without its parameters."""
    return item.nodeid.partition("[")[0]


def lines(said):
    """Return the names and the complaints of checks as a text; a complaint stands there once."""
    text = []
    for why, checks in groupby(said, key=lambda check: check[1]):
        names = ", ".join(name for name, _ in checks)
        text += [f"FAILED: {names}", f"    {why}"] if why else [f"passed: {names}"]
    return "\n".join(text)


def reason(outcome):
    """Return the message of a failed check, in one line."""
    crash = getattr(outcome.longrepr, "reprcrash", None)
    words = crash.message if crash else str(outcome.longrepr)
    words = re.sub(r"^(AssertionError|[\w.]*RemoteError): ", "", words).partition("\nassert ")[0]
    return " ".join(words.split()) or "it failed"


def entry(number, title, score, max_score, output):
    """Return what the report says about a task."""
    return {
        "name": title,
        "number": number,
        "score": plain(score),
        "max_score": plain(max_score),
        "status": "passed" if score == max_score else "failed",
        "output": output,
        "visibility": "visible",
    }


def save(path, entries):
    """Write the report."""
    Path(path).write_text(json.dumps({"tests": entries}, indent=2) + "\n", encoding="utf-8")
