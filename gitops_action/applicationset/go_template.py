"""Go templates, rendered by the program ``applicationset-template``, for only Go renders them as Go does (APS-3).

In: templates and parameters. Out: values. The program gets an empty environment and reads nothing but its input; one
process renders a template for all sets of parameters.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gitops_action.applicationset.engine import TemplateError, holds_templates
from gitops_action.applicationset.params import TextMap
from gitops_action.applicationset.simple_template import replace as without_nulls
from gitops_action.errors import ApplicationError
from gitops_action.ports import Command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitops_action.applicationset.engine import Engine
    from gitops_action.applicationset.params import Params
    from gitops_action.ports import Process
    from gitops_action.resource.resource import Json

_MISSING_KEY = "missingkey="
_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GoTemplates:
    """Implements ``Engine``; ``program`` is the absolute path of ``applicationset-template``."""

    process: Process
    program: str
    options: tuple[str, ...] = ()

    @property
    def is_go(self) -> bool:
        """True."""
        return True

    @property
    def strict(self) -> Engine:
        """The same with ``missingkey=error``."""
        others = tuple(option for option in self.options if not option.startswith(_MISSING_KEY))
        return replace(self, options=(*others, f"{_MISSING_KEY}error"))

    def render(self, template: Json, params: Sequence[Params]) -> Sequence[Json | TemplateError]:
        """Return the template rendered with each set of parameters."""
        if not params:
            return []
        if not holds_templates(template):
            return [without_nulls(template, {}) for _ in params]
        results = self._ask(
            {
                "template": template,
                "paramsList": list(params),
                "textMaps": [list(_text_maps(each, [])) for each in params],
                "options": self.options,
            }
        )
        return [TemplateError(message=result["error"]) if "error" in result else result["value"] for result in results]

    def slugs(self, branches: Sequence[str]) -> Sequence[str]:
        """Return the short name of each branch."""
        texts: list[str] = self._ask({"slugs": list(branches)})
        return texts

    def _ask(self, question: Json) -> Any:
        command = Command(argv=(self.program,), cwd="/", env={}, stdin=json.dumps(question).encode(), timeout=_TIMEOUT)
        completed = self.process.run(command)
        try:
            answer = json.loads(completed.stdout)
        except ValueError as error:
            raise ApplicationError(
                "applicationset-template ended without an answer", detail=completed.stderr[-2000:]
            ) from error
        if completed.returncode != 0:
            raise ApplicationError(
                f"cannot render the templates: {answer['error']}",
                remedy="Correct goTemplateOptions of the ApplicationSet.",
            )
        return answer


def _text_maps(value: Json, path: list[str | int]) -> Iterator[list[str | int]]:
    """Yield the path of each mapping that holds nothing but texts in Go."""
    if isinstance(value, TextMap):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _text_maps(item, [*path, key])
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _text_maps(item, [*path, index])
