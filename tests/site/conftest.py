"""A browser that cannot resolve any name, for the pages of build/site."""

import shutil
from pathlib import Path

import pytest

SITE = Path(__file__).resolve().parents[2] / "build" / "site"


@pytest.fixture(scope="session")
def site():
    """Return the folder of the pages."""
    assert (SITE / "index.html").exists(), "there is no build/site: run make site"
    return SITE


@pytest.fixture(scope="session")
def browser():
    """Start the system's Chromium, without a window and without a network."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "Chromium is missing; on Debian: apt-get install chromium"
    options = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=options)
        yield started
        started.close()
