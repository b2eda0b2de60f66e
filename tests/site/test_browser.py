"""Pages in Chromium, which has no network: formulas, search, light and dark, wide and narrow."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.site
ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "lessons").glob("[0-9]*.py"))
TELEPHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}

each_lesson = pytest.mark.parametrize("script", LESSONS, ids=[path.stem for path in LESSONS])


@pytest.fixture
def view(browser, site):
    """Return a function that opens a page, and fails at the end if anything went wrong there."""
    wrong = []
    page = browser.new_page(viewport=DESK)
    page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.on("request", lambda r: r.url.startswith(("file:", "data:")) or wrong.append(r.url))

    def opened(name):
        page.goto(f"{site.as_uri()}/{name}")
        page.evaluate("window.MathJax?.startup.promise")
        return page

    yield opened
    page.close()
    assert not wrong


def formulas(text):
    """Count the formulas of a lesson: between dollars, but not in code."""
    cells = re.split(r"^# %%", text, flags=re.MULTILINE)
    prose = "".join(cell for cell in cells if cell.startswith(" [markdown]"))
    prose = re.sub(r"`[^`]*`", "", re.sub(r"^# ?", "", prose, flags=re.MULTILINE))
    return len(re.findall(r"\$\$.+?\$\$|\$[^$]+\$", prose, re.DOTALL))


def width(page):
    return page.evaluate("document.documentElement.scrollWidth")


@each_lesson
def test_every_formula_is_typeset_and_fits_a_telephone(view, script):
    page = view(f"{script.stem}.html")
    typeset = page.locator("article mjx-container").count()  # the contents repeat headings
    assert typeset == formulas(script.read_text(encoding="utf-8"))
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
    page.set_viewport_size(TELEPHONE)
    assert width(page) <= TELEPHONE["width"]


def test_lessons_have_formulas():
    assert sum(formulas(script.read_text(encoding="utf-8")) for script in LESSONS) > 500


def test_other_pages_fit_a_telephone(view, site):
    names = [path.relative_to(site).as_posix() for path in site.glob("*.html")]
    names += [path.relative_to(site).as_posix() for path in site.glob("[ae]*/*.html")]
    lessons = {f"{script.stem}.html" for script in LESSONS}
    others = sorted(set(names) - lessons - {"genindex.html", "py-modindex.html"})
    assert len(others) > 15
    wide = {}
    for name in others:
        page = view(name)
        page.set_viewport_size(TELEPHONE)
        wide[name] = width(page)
    assert not {name: pixels for name, pixels in wide.items() if pixels > TELEPHONE["width"]}


def test_code_of_a_hundred_characters_is_not_cut(view):
    page = view("02a_bumps.html")
    cut = "found => found.filter(pre => pre.scrollWidth > pre.clientWidth).length"
    assert page.locator("div.cell_input pre").count() > 5
    assert page.locator("div.cell_input pre").evaluate_all(cut) == 0


def test_the_search_finds_the_recursion(view):
    page = view("search.html?q=Cox-de+Boor")
    page.wait_for_selector("#search-results li a")
    links = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    assert any("/02a_bumps.html" in link for link in links)


LUMINANCES = """selector => {
  const light = color => {
    const [r, g, b] = color.match(/[\\d.]+/g).map(c => c / 255)
      .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let ground = document.querySelector(selector), color = getComputedStyle(ground).color;
  while (/, 0\\)|transparent/.test(getComputedStyle(ground).backgroundColor)) {
    ground = ground.parentElement;
  }
  return [light(color), light(getComputedStyle(ground).backgroundColor)];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_code_can_be_read_by_day_and_by_night(view, scheme):
    page = view("02a_bumps.html")
    page.emulate_media(color_scheme=scheme)
    for selector in ("article p", "div.cell_input pre", "div.cell_output pre", "mjx-container svg"):
        text, ground = page.evaluate(LUMINANCES, selector)
        assert (ground > 0.5) == (scheme == "light"), selector
        bright, dark = max(text, ground), min(text, ground)
        assert (bright + 0.05) / (dark + 0.05) > 4.5, selector
