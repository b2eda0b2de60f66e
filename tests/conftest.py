"""The configuration of the tests: hypothesis profiles, no windows, one thread, the gradient log."""

import os

os.environ["MPLBACKEND"] = "Agg"
# Small matrices: several threads mostly wait for each other. NumPy reads this when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import Phase, settings

# The same examples everywhere: what passes here passes elsewhere. `make thorough` draws new ones.
settings.register_profile("dev", max_examples=25, deadline=None, print_blob=True, derandomize=True)
settings.register_profile("thorough", max_examples=1000, deadline=None, print_blob=True)
# Any example that fails shows that the tests notice a change: it is not made smaller.
settings.register_profile(
    "mutants", settings.get_profile("dev"), phases=[Phase.explicit, Phase.generate]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


class GradientLog:
    """Count the gradient checks that passed, and keep the worst relative error."""

    def __init__(self):
        self.test = ""
        self.passed = 0
        self.worst = 0.0
        self.worst_test = ""

    def record(self, error):
        self.passed += 1
        if error >= self.worst:
            self.worst, self.worst_test = error, self.test

    def __str__(self):
        return (
            f"gradient checks: {self.passed} passed,"
            f" worst relative error {self.worst:.1e} (in {self.worst_test})"
        )


LOG = pytest.StashKey[GradientLog]()


def pytest_configure(config):
    config.stash[LOG] = GradientLog()


def pytest_runtest_setup(item):
    item.config.stash[LOG].test = item.name


def pytest_terminal_summary(terminalreporter, config):
    log = config.stash[LOG]
    if log.passed:
        terminalreporter.write_line(str(log))


# Session scope, because hypothesis wants fixtures that do not change between its examples.
@pytest.fixture(scope="session")
def record(pytestconfig):
    """Return the function through which every gradient check hands in its relative error."""
    return pytestconfig.stash[LOG].record
