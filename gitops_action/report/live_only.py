"""Values that only the cluster knows, for reports that anybody may read.

In: an object as it is live, and what Git says of it, now and at the base of a change. Out: a function that shows
another state of the object without the values that are in live and nowhere in Git. What stands in a public repository
anyway is shown: also an old value, where the base has it. Keys are shown, so that one sees where something differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gitops_action.resource.resource import Json, JsonObject

    Veil: TypeAlias = Callable[[JsonObject | None], JsonObject | None]

CHANGED_LIVE = "(changed live)"


def live_only(live: JsonObject | None, *git: JsonObject | None) -> Veil:
    """Return what hides the values that live has and Git has not."""
    hidden = set(_values(live)) - {value for side in git for value in _values(side)} - {""}

    def veil(side: JsonObject | None) -> JsonObject | None:
        return None if side is None else {name: _shown(value, hidden) for name, value in side.items()}

    return veil


def nothing_hidden(side: JsonObject | None) -> JsonObject | None:
    """Return the object as it is: in a private repository, everybody who reads the report may read the cluster."""
    return side


def _values(value: Json) -> Iterator[str]:
    """Yield every text and number, a text of many lines line by line; a truth value tells nobody anything."""
    match value:
        case dict():
            for below in value.values():
                yield from _values(below)
        case list():
            for item in value:
                yield from _values(item)
        case bool() | None:
            return
        case str():
            yield from value.split("\n")
        case _:
            yield str(value)


def _shown(value: Json, hidden: set[str]) -> Json:
    match value:
        case dict():
            return {name: _shown(below, hidden) for name, below in value.items()}
        case list():
            return [_shown(item, hidden) for item in value]
        case bool() | None:
            return value
        case str():
            return "\n".join(CHANGED_LIVE if line in hidden else line for line in value.split("\n"))
        case _:
            return CHANGED_LIVE if str(value) in hidden else value
