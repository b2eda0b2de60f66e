"""Grade a folder of exercises: make grade FROM=folder REPORT=results.json, make exercise N=2.2.

Nothing that a submission does can change its points or stop the report: it is copied, with what
checks it, into a folder of its own, its functions run in processes without rights (`worker`), and
a report of zeros is written before anything else.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]

SECONDS = 20.0
"""For each task, while grading; the checks of a right solution take less than one."""

SECONDS_AT_THE_DESK = 6.0
"""For all tasks of a file together, while a student waits."""

ESSAYS = {"10.3": "lessons/exercises/ex10.py", "14.4": "lessons/exercises/ex14.py"}
"""Tasks that a person grades."""


def copied(source, folder):
    """Copy the library, the grader and the submission into a folder."""
    shutil.copytree(PROJECT / "kan_numpy", folder / "kan_numpy")
    ours = folder / "tests" / "exercises"
    for pattern in ("checks/check_*.py", "[!t]*.py"):
        for path in HERE.glob(pattern):
            target = ours / path.relative_to(HERE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    (folder / "submission").mkdir()
    for path in sorted([*source.glob("lessons/exercises/ex*.py"), *source.glob("ex*.py")]):
        if path.is_file():
            shutil.copy(path, folder / "submission" / path.name)


def graded(source, report, wanted=None, at_the_desk=False):
    """Grade the files in a folder and write the report; return its entries."""
    report = Path(report).resolve()
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    seconds = SECONDS_AT_THE_DESK if at_the_desk else SECONDS
    with tempfile.TemporaryDirectory(prefix="grading-") as place:
        folder = Path(place).resolve()
        copied(Path(source), folder)
        lesson = f"{int(wanted.partition('.')[0]):02d}" if wanted else "*"
        checks = sorted(folder.glob(f"tests/exercises/checks/check_{lesson}.py"))
        if not checks:
            return []
        command = [sys.executable, "-m", "pytest", *map(str, checks), "-q", "--tb=native"]
        command += ["--rootdir=.", "-c", os.devnull, "--import-mode=importlib", "-W", "ignore"]
        command += ["-p", "no:cacheprovider", f"--gradescope={report}", f"--seconds={seconds}"]
        command += ["--submission", str(folder / "submission"), "--project", str(PROJECT)]
        command += ["--number", wanted] if wanted else []
        command += ["--at-the-desk", "-s"] if at_the_desk else []
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PY")},
            "PYTHONPATH": os.pathsep.join([str(folder), str(folder / "tests")]),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MPLBACKEND": "Agg",
        }
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if at_the_desk else subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    if not report.exists():
        raise RuntimeError(f"the grader itself failed:\n{done.stdout}")
    return json.loads(report.read_text(encoding="utf-8"))["tests"]


def shown(entries):
    """Print what a student wants to know; return whether everything is solved."""
    for entry in entries:
        print(f"{entry['name']}, {entry['score']} of {entry['max_score']} points")
        print("  " + entry["output"].replace("\n", "\n  "))
    return all(entry["status"] == "passed" for entry in entries)


def main(wanted, source=None, report=None):
    """Run what make exercise and make grade ask for; return the exit code."""
    if wanted and not re.fullmatch(r"\d+(\.\d+)?", wanted):
        print(f"{wanted} is no lesson and no task; say for instance 02 or 2.2")
        return 2
    if wanted in ESSAYS and source is None:
        print(f"Task {wanted} is an essay: what it asks for is at the top of {ESSAYS[wanted]}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        if source is None:
            entries = graded(PROJECT, Path(folder, "results.json"), wanted, at_the_desk=True)
        elif Path(source).is_dir():
            entries = graded(source, report, wanted)
        else:
            print(f"There is no folder {source}")
            return 2
    if not entries:
        print(f"There is no task {wanted}; the tasks are in lessons/exercises")
        return 2
    if source is None:
        return 0 if shown(entries) else 1
    score, most = (sum(entry[key] for entry in entries) for key in ("score", "max_score"))
    print(f"{score:g} of {most:g} points in {len(entries)} tasks; the report is in {report}")
    return 0


if __name__ == "__main__":
    # Make hands its variables on in the environment, where quotes and spaces do no harm.
    number, given = os.environ.get("N") or None, sys.argv[1:]
    if given == ["exercise"] and number:
        sys.exit(main(number))
    if given == ["grade"] and os.environ.get("FROM") and os.environ.get("REPORT"):
        sys.exit(main(number, os.environ["FROM"], os.environ["REPORT"]))
    print("Say for instance: make exercise N=2.2")
    print("              or: make grade FROM=folder REPORT=results.json")
    sys.exit(2)
