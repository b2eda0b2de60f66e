"""Sphinx and the API reference: names as users write them, links to entries, source, lessons."""

import re
from typing import Any

from api_names import CALLS, FILES, is_inner, meaning, places, with_lessons
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.pycode import ModuleAnalyzer

EXTENSIONS = ["sphinx.ext.autodoc", "sphinx.ext.viewcode", "numpydoc"]

SETTINGS = {
    "add_module_names": False,
    "autodoc_member_order": "bysource",
    "autodoc_preserve_defaults": True,
    "autodoc_typehints": "none",
    "default_role": "py:obj",
    "nitpicky": True,
    "nitpick_ignore_regex": [("py:.*", r"(numpy|scipy)\..*")],  # pages of other hosts
    "numpydoc_show_class_members": False,
    "smartquotes": False,  # "silu" is a value, to be copied
    "toc_object_entries_show_parents": "hide",
    "viewcode_follow_imported_members": False,  # entries have the names of their own files
    "viewcode_line_numbers": True,
}
"""What conf.py sets for these pages."""


def setup(app: Sphinx) -> None:
    """Let Sphinx call the functions below, and load their style sheet."""
    app.add_css_file("api.css")
    app.connect("autodoc-process-docstring", mark_up)
    app.connect("missing-reference", link_entry)
    app.connect("object-description-transform", name_as_users_do)
    app.connect("viewcode-find-source", find_source)


def mark_up(
    app: Sphinx, kind: str, name: str, thing: object, options: Any, lines: list[str]
) -> None:
    """Link the lessons that a docstring names; a letter and a dot do not begin a list."""
    lines[:] = [re.sub(r"^( *)(\w\.)$", r"\1\\\2", with_lessons(line)) for line in lines]


def link_entry(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, text: nodes.Element
) -> nodes.Element | None:
    """Link a name in a docstring to its entry; what has none but stands in the code stays code."""
    full = meaning(node["reftarget"], node.get("py:module") or "", node.get("py:class") or "")
    if full is None:
        return text if is_inner(node["reftarget"]) else None
    python = env.domains["py"]
    return python.resolve_xref(env, node["refdoc"], app.builder, "obj", full, node, text)


def name_as_users_do(app: Sphinx, domain: str, kind: str, content: addnodes.desc_content) -> None:
    """Write ``kn.`` before the name of an entry, and let that be an anchor."""
    for line in content.parent.children:
        if not isinstance(line, addnodes.desc_signature) or not line["ids"]:
            continue
        full, owner = (f"{line['module']}.{line[part]}" for part in ("fullname", "class"))
        if full in CALLS:
            place = line.first_child_matching_class(addnodes.desc_name)
            line.insert(place, addnodes.desc_addname("", CALLS[full][0].rpartition(".")[0] + "."))
        member = full.removeprefix(owner)
        line["ids"] += CALLS.get(full, []) + [name + member for name in CALLS.get(owner, [])]


def find_source(app: Sphinx, module: str) -> tuple[str, dict[str, Any]] | None:
    """Return the text of a module and the lines of each entry, those of constants too."""
    if module not in FILES:
        return None
    analyzer = ModuleAnalyzer.for_module(module)
    analyzer.find_tags()
    found = {name: ("data", *lines) for name, lines in places(module).items()}
    return analyzer.code, {**analyzer.tags, **found}
