"""How Sphinx makes the site: its extensions, and where pages find what they show."""

import json
import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build"
sys.path[:0] = [str(HERE), str(ROOT)]

import api

project = html_title = "kan_numpy"
extensions = ["myst_nb", "sphinx_copybutton", "sphinx.ext.mathjax", *api.EXTENSIONS]
globals().update(api.SETTINGS)

nb_execution_mode = "off"  # the notebooks come with their outputs
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
myst_url_schemes = {"http": None, "https": None, "site": {"url": "{{path}}"}}
myst_update_mathjax = False  # mathjax.js says it

html_theme = "furo"
html_static_path = ["static", str(BUILD / "mathjax")]
html_extra_path = [str(BUILD / "site-files")]
html_css_files = ["site.css"]
pygments_dark_style = "github-dark"
html_domain_indices = False  # the pages of the library are one
html_copy_source = False
html_show_search_summary = False  # it would read other pages, which browsers forbid on a disk
html_sidebars = {
    "**": [
        *(f"sidebar/{part}.html" for part in ("brand", "search", "scroll-start", "navigation")),
        *(f"sidebar/{part}.html" for part in ("explorer", "scroll-end", "variant-selector")),
    ]
}
templates_path = ["templates"]
html_context = {
    "scripts": [path.stem for path in (BUILD / "site-files" / "files" / "scripts").iterdir()],
    "lite": (BUILD / "lite").is_dir(),
}
mathjax_path = "tex-mml-svg-mathjax-newcm.js"
mathjax_config_path = "mathjax.js"

FIGURES = json.loads((BUILD / "site-figures.json").read_text(encoding="utf-8"))


def describe_figures(app: Sphinx, doctree: nodes.document) -> None:
    """Give the figures of notebooks their descriptions, and let them shrink on narrow screens."""
    for image in doctree.findall(nodes.image):
        name = Path(image["uri"]).stem
        if name in FIGURES:
            image["alt"] = FIGURES[name]
            image.attributes.pop("height", None)


def setup(app: Sphinx) -> None:
    """Let Sphinx call what is above, and what links names in docstrings."""
    app.connect("doctree-read", describe_figures)
    api.setup(app)
