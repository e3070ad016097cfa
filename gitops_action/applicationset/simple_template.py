"""The simple templates: ``{{ key }}`` is replaced by a text parameter, everything else stays (APS-2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitops_action.applicationset.engine import OPEN, TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_action.applicationset.engine import Engine
    from gitops_action.applicationset.params import Params
    from gitops_action.resource.resource import Json

_CLOSE = "}}"
_ONE_LINE = re.compile(r"\{\{[^\n]*\}\}")


class SimpleTemplates:
    """Implements ``Engine``; ``slugs`` is given, for slugs are made the same way for both engines."""

    is_go = False

    def __init__(self, slugs: Callable[[Sequence[str]], Sequence[str]]) -> None:
        self._slugs = slugs

    @property
    def strict(self) -> Engine:
        """Itself: what is missing stays as it is written."""
        return self

    def render(self, template: Json, params: Sequence[Params]) -> Sequence[Json | TemplateError]:
        """Return the template rendered with each set of parameters."""
        return [self._one(template, each) for each in params]

    def slugs(self, branches: Sequence[str]) -> Sequence[str]:
        """Return the short name of each branch."""
        return self._slugs(branches)

    def _one(self, template: Json, params: Params) -> Json | TemplateError:
        try:
            return replace(template, params)
        except _Unclosed as error:
            return TemplateError(message=f"cannot parse the template {error.args[0]!r}: a {OPEN} is not closed")


class _Unclosed(Exception):
    """A template in which a tag has no end."""


def replace(value: Json, params: Params) -> Json:
    """Return a value with its texts and keys replaced; nulls inside mappings are left out (APS-1)."""
    match value:
        case str():
            return _text(value, params)
        case list():
            return [replace(item, params) for item in value]
        case dict():
            items = sorted((key, item) for key, item in value.items() if item is not None)
            return {_text(key, params): replace(item, params) for key, item in items}
        case _:
            return value


def _text(template: str, params: Params) -> str:
    if not _ONE_LINE.search(template):
        return template
    parts: list[str] = []
    position = 0
    while (start := template.find(OPEN, position)) >= 0:
        end = template.find(_CLOSE, start + len(OPEN))
        if end < 0:
            raise _Unclosed(template)
        tag = template[start + len(OPEN) : end]
        name = tag.strip()
        found = params.get(name) if name else None
        parts += [template[position:start], found if isinstance(found, str) else f"{OPEN}{tag}{_CLOSE}"]
        position = end + len(_CLOSE)
    return "".join(parts) + template[position:]
