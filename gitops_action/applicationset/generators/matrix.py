"""``matrix``: every set of the first generator with every set of the second, which the first may steer (APS-12)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gitops_action.applicationset.generators.context import MOST_PARAM_SETS
from gitops_action.applicationset.generators.interpolate import interpolated
from gitops_action.applicationset.params import combined, overridden
from gitops_action.errors import ApplicationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.applicationset.generators.context import Context
    from gitops_action.applicationset.params import Params
    from gitops_action.resource.resource import JsonObject

    Child = Callable[[JsonObject], list[Params]]


def generate(spec: JsonObject, context: Context, child: Child) -> list[Params]:
    """Return the product; ``child`` runs one of the two generators."""
    generators = spec.get("generators") or []
    if not isinstance(generators, list) or len(generators) != 2:
        less = "less" if not isinstance(generators, list) or len(generators) < 2 else "more"
        raise ApplicationError(
            f"found {less} than two generators in a matrix", remedy="Give a matrix two generators; nest for three."
        )
    product: list[Params] = []
    done: dict[str, list[Params]] = {}
    first = child(generators[0])
    for params, second in zip(first, interpolated(generators[1], first, context.engine), strict=True):
        name = json.dumps(second, sort_keys=True)
        if name not in done:
            done[name] = child(second)
        if len(product) + len(done[name]) > MOST_PARAM_SETS:
            raise ApplicationError(
                f"a matrix gives more than {MOST_PARAM_SETS} sets of parameters", remedy="Narrow one of its generators."
            )
        merge = overridden if context.engine.is_go else lambda second, first: combined(first, second)
        product += [merge(of_second, params) for of_second in done[name]]
    return product
