"""Points for tests: @pytest.mark.points(3, number="2.2"), and --gradescope=FILE for the report."""

import pytest
from exercises.calling import derandomize
from exercises.catalog import case_rng, tasks
from exercises.report import Report
from exercises.sandbox import Sandbox

REPORT, SANDBOX = pytest.StashKey(), pytest.StashKey()


def pytest_addoption(parser):
    parser.addoption("--gradescope", metavar="FILE", help="write the points of every task there")
    parser.addoption("--submission", metavar="FOLDER", help="where ex01.py to ex14.py are")
    parser.addoption("--project", metavar="FOLDER", default=".", help="what nobody may read")
    parser.addoption("--number", metavar="N", help="one lesson (02) or one task (2.2)")
    parser.addoption("--seconds", type=float, default=10.0, help="for each task")
    parser.addoption("--at-the-desk", action="store_true", help="show prints, share the seconds")


def is_grading(config):
    """Return whether there is a report to write; for pytest 8 a late conftest has no options."""
    return bool(config.getoption("gradescope", None))


def pytest_configure(config):
    if is_grading(config):
        derandomize()


def pytest_collection_modifyitems(config, items):
    if not is_grading(config):
        return
    option = config.getoption
    if option("number"):
        wanted = {task.number for task in tasks(option("number"))}
        marks = {item: item.get_closest_marker("points") for item in items}
        items[:] = [item for item, m in marks.items() if m and m.kwargs["number"] in wanted]
    config.stash[REPORT] = Report(option("gradescope"), items)
    if option("submission"):
        given = option("submission"), option("project"), option("seconds")
        share = len(config.stash[REPORT].most) if option("at_the_desk") else None
        config.stash[SANDBOX] = Sandbox(*given, silent=share is None, share=share)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    if REPORT in item.config.stash:
        item.config.stash[REPORT].add(outcome)
    return outcome


def pytest_unconfigure(config):
    if SANDBOX in config.stash:
        config.stash[SANDBOX].end()


@pytest.fixture
def task(request):
    """Return the function of the submission that a check calls."""
    number = request.node.get_closest_marker("points").kwargs["number"]
    (found,) = tasks(number)
    return request.config.stash[SANDBOX].function(found)


@pytest.fixture
def rng(request):
    """Return random numbers of the check: the seed makes cases that nobody has seen."""
    return case_rng(request.node.name)
