"""What every generator gets, and what generators share: reading their fields, ``values``, and how they fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops_action.application.reader import FieldReader
from gitops_action.applicationset.engine import TemplateError
from gitops_action.applicationset.params import TextMap, shown
from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops_action.applicationset.engine import Engine
    from gitops_action.applicationset.inputs import GeneratorInputs
    from gitops_action.applicationset.params import Params
    from gitops_action.resource.resource import Json

MOST_PARAM_SETS = 100_000
"""Sets of parameters that one generator may give: what is over is a mistake, or an attempt to keep us busy."""


class Unavailable(ApplicationError):
    """A generator that cannot run here, or one whose data is not at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The data that generators look at, and the engine of the set's templates."""

    engine: Engine
    inputs: GeneratorInputs


class Fields(FieldReader):
    """The fields of one generator; ``check`` raises for the first one that is wrong."""

    def __init__(self, value: Json, kind: str) -> None:
        self._kind = kind
        self._found: list[str] = []
        super().__init__(value, kind, self._found, [])

    def check(self) -> None:
        """Raise ``ApplicationError`` where a field has the wrong type."""
        if self._found:
            raise ApplicationError(
                f"the {self._kind} generator is not valid: {self._found[0]}", remedy="Correct the field."
            )


def with_values(values: Mapping[str, str], params: Sequence[Params], engine: Engine) -> list[Params]:
    """Return the sets with the generator's ``values``, each of which may name the other parameters but no value."""
    if not values:
        return list(params)
    names = list(values)
    complete: list[Params] = []
    for each, rendered in zip(params, engine.render([values[name] for name in names], params), strict=True):
        if isinstance(rendered, TemplateError):
            raise failed("the values of a generator", rendered, each)
        texts = dict(zip(names, rendered, strict=True))
        added = {"values": TextMap(texts)} if engine.is_go else {f"values.{name}": text for name, text in texts.items()}
        complete.append({**each, **added})
    return complete


def failed(what: str, error: TemplateError, params: Params) -> ApplicationError:
    """Return the error of a template, naming the parameters that caused it."""
    return ApplicationError(
        f"{what} cannot be rendered: {error.message}",
        detail=f"Parameters: {shown(params)}",
        remedy="Correct the template, or what the generator gives.",
    )
