"""How templates are rendered: the protocol of both kinds, and what is the same for both.

In: a JSON value whose texts and keys are templates, and sets of parameters. Out: a value for each set, or why not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.applicationset.params import Params
    from gitops_action.resource.resource import Json

OPEN = "{{"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateError:
    """Why a template cannot be rendered with one set of parameters; the message is the engine's."""

    message: str

    @property
    def is_missing_key(self) -> bool:
        """Whether a parameter is not there, rather than something being wrong with the template."""
        return "map has no entry for key" in self.message or "can't evaluate field" in self.message


class Engine(Protocol):
    """Renders templates."""

    @property
    def is_go(self) -> bool:
        """Whether the templates are Go's."""
        ...

    @property
    def strict(self) -> Engine:
        """The same engine, to which a missing parameter is an error where it can tell."""
        ...

    def render(self, template: Json, params: Sequence[Params]) -> Sequence[Json | TemplateError]:
        """Return the template rendered with each set of parameters; nulls inside mappings are left out."""
        ...

    def slugs(self, branches: Sequence[str]) -> Sequence[str]:
        """Return the short name of each branch: at most 50 characters that may stand in a DNS label."""
        ...


def holds_templates(value: Json) -> bool:
    """Return whether any text or key of a value is a template."""
    match value:
        case str():
            return OPEN in value
        case list():
            return any(map(holds_templates, value))
        case dict():
            return any(OPEN in key or holds_templates(item) for key, item in value.items())
        case _:
            return False
