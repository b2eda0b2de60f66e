"""The report, the commands, and the archive for students."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from exercises.catalog import SEED, case_rng, tasks
from exercises.grade import ESSAYS, graded, main
from exercises.pack import packed

PROJECT = Path(__file__).resolve().parents[2]
BLANKS = PROJECT / "lessons" / "exercises"
SOLUTIONS = Path(__file__).parent / "solutions"

PARAMETRIZED = """
import warnings
import pytest

@pytest.mark.points(1, number="9.9")
@pytest.mark.parametrize("n", [0, 1, 2])
def test_shares(n):
    assert n

@pytest.mark.points(2, number="9.10")
def test_warns():
    warnings.warn("this is no failure")
"""


def solved(folder, lessons):
    """Write the blanks of some lessons with the solutions at their end."""
    for lesson in lessons:
        text = (BLANKS / f"ex{lesson}.py").read_text(encoding="utf-8")
        text += "\n\n" + (SOLUTIONS / f"sol_{lesson}.py").read_text(encoding="utf-8")
        (folder / f"ex{lesson}.py").write_text(text, encoding="utf-8")


def test_every_task_is_graded_on_its_own(tmp_path):
    folder = tmp_path / "a 'folder' with \"quotes\" and ü"
    folder.mkdir()
    solved(folder, ["02"])
    with (folder / "ex02.py").open("a", encoding="utf-8") as file:
        file.write("\n\nimport os\n\n\ndef knots(*anything):\n    os._exit(0)\n")
    entries = graded(folder, folder / "r.json", "2")
    assert [(e["number"], e["score"], e["max_score"], e["status"]) for e in entries] == [
        ("2.1", 0, 2, "failed"),
        ("2.2", 5, 5, "passed"),
        ("2.3", 3, 3, "passed"),
    ]
    assert "ended the process" in entries[0]["output"]
    assert json.loads((folder / "r.json").read_text(encoding="utf-8")) == {"tests": entries}
    keys = {"name", "number", "score", "max_score", "status", "output", "visibility"}
    assert set(entries[0]) == keys


@pytest.mark.slow
def test_parameters_share_the_points_and_warnings_are_no_failure(tmp_path):
    path = tmp_path / "test_some.py"
    path.write_text(PARAMETRIZED, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "exercises.conftest", "-c", os.devnull]
    command += ["--gradescope=r.json", "-W", "ignore", path.name, "-q"]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(PROJECT / "tests"), str(PROJECT)]),
    }
    subprocess.run(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, check=False)
    entries = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["tests"]
    found = [(e["number"], e["score"], e["max_score"], e["status"]) for e in entries]
    assert found == [("9.9", 0.667, 1, "failed"), ("9.10", 2, 2, "passed")]


def test_the_seed_makes_other_cases(monkeypatch):
    monkeypatch.delenv(SEED, raising=False)
    usual = case_rng("a check").integers(2**60)
    assert case_rng("a check").integers(2**60) == usual != case_rng("another").integers(2**60)
    monkeypatch.setenv(SEED, "7")
    assert case_rng("a check").integers(2**60) != usual


def test_unknown_tasks_and_folders_are_refused(capsys, tmp_path):
    assert main("two") == 2
    assert main(None, tmp_path / "nowhere", tmp_path / "r.json") == 2
    assert capsys.readouterr().out.startswith("two is no lesson and no task")


@pytest.mark.parametrize("number", ESSAYS)
def test_an_essay_is_found_in_its_file(number, capsys):
    assert main(number) == 0
    assert ESSAYS[number] in capsys.readouterr().out
    text = (PROJECT / ESSAYS[number]).read_text(encoding="utf-8")
    assert f"Task {number} is an essay" in " ".join(text.split())


@pytest.mark.slow
def test_blanks_score_nothing_and_solutions_everything(tmp_path, monkeypatch):
    entries = graded(BLANKS, tmp_path / "blanks.json")
    assert [entry["number"] for entry in entries] == [task.number for task in tasks()]
    assert {entry["score"] for entry in entries} == {0}
    again = graded(BLANKS, tmp_path / "again.json")
    assert again == entries
    solved(tmp_path, sorted({task.lesson for task in tasks()}))
    for seed in ("0", "1"):
        monkeypatch.setenv(SEED, seed)
        entries = graded(tmp_path, tmp_path / "solutions.json")
        assert {
            entry["number"]: entry["output"]
            for entry in entries
            if entry["score"] != entry["max_score"]
        } == {}


@pytest.mark.slow
def test_the_archive_works_in_an_empty_environment(tmp_path):
    packed(tmp_path / "student.zip")
    with zipfile.ZipFile(tmp_path / "student.zip") as archive:
        names = archive.namelist()
        archive.extractall(tmp_path)
    assert not [name for name in names if "solution" in name or "mutant" in name]
    folder = tmp_path / "student"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    def run(*words):
        done = subprocess.run(
            ["make", *words],
            cwd=folder,
            env=kept,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout

    code, output = run("exercise", "N=2.1", f"PYTHON={sys.executable}")
    assert code != 0
    assert "NotImplementedError: Task 2.1" in output
    solved(folder / "lessons" / "exercises", ["02"])
    code, output = run("exercise", "N=2.1")
    assert code == 0, output
    assert "2 of 2 points" in output
    code, output = run("grade", "FROM=lessons/exercises", "REPORT=r.json", "N=2")
    assert code == 0, output
    assert "10 of 10 points in 3 tasks" in output
    shutil.rmtree(folder)
