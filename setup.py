"""The README as the wheel's description: a wheel has no folder to which relative links could lead.

All else about the package stands in pyproject.toml.
"""

import re
from pathlib import Path

ADDRESS: str | None = None
"""Where the files of this project are to be read, with a slash at the end, if that is public."""

CODE = r"^```.*?^```$|`[^`]+`"
LINK = r"(?P<picture>!?)\[(?P<text>[^][]+)\]\((?P<target>(?!\w+:|#)[^()\s]+)\)"
"""Code, in which nothing is a link; a link or a picture whose target is a file of this project."""


def description(readme: str, address: str | None) -> str:
    """Return the text with absolute links, or with the texts of its links if there is no address.

    Of a picture, its description remains.
    """

    def replaced(link: re.Match[str]) -> str:
        if link["target"] is None:
            return link[0]
        if address is not None:
            return f"{link['picture']}[{link['text']}]({address}{link['target']})"
        return f"*{link['text']}*" if link["picture"] else link["text"]

    return re.sub(f"{CODE}|{LINK}", replaced, readme, flags=re.DOTALL | re.MULTILINE)


if __name__ == "__main__":
    from setuptools import setup

    text = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
    setup(
        long_description=description(text, ADDRESS),
        long_description_content_type="text/markdown",
    )
