"""Finds the pages of the documentation, which are shipped with the package as Markdown files beside this module."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import resources

from ..errors import ConfigurationError
from ..errors._printable import shown

__all__ = ["page", "topics"]


def topics() -> dict[str, str]:
    """Lists the pages: what each is called, and its title.

    Example:
        >>> topics()["errors"]
        'Errors'
    """
    pages = (each for each in resources.files(__name__).iterdir() if each.name.endswith(".md"))
    titles = {each.name.removesuffix(".md"): each.read_text(encoding="utf-8").partition("\n")[0] for each in pages}
    return {name: titles[name].removeprefix("# ") for name in sorted(titles)}


def page(topic: str) -> str:
    """Reads one page, in Markdown.

    Args:
        topic: its name, such as `lists`.

    Raises:
        ConfigurationError: there is no such page; the message names those that there are.
    """
    known = topics()
    if topic not in known:
        near = get_close_matches(topic, known, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise ConfigurationError(f"there is no page {shown(topic)}; {hint}Pages: {', '.join(known)}")
    return resources.files(__name__).joinpath(f"{topic}.md").read_text(encoding="utf-8")
