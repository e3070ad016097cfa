"""The walk, asked in short YAML."""

from __future__ import annotations

from typing import Any

from gitops_action.comparison.owned_fields import Equal, surely_equal
from gitops_action.comparison.schema import Schema
from tests.comparison.objects import named, owned_live, owns, parse


def verdict(
    target: str, live: str, owned: str, *others: dict[str, Any], kind: str = "apps/v1/Deployment", schema: str = ""
) -> str:
    """Return ``equal``, or the path and reason of the doubt."""
    api_version, _, name = kind.rpartition("/")
    answer = surely_equal(
        named(api_version, name, parse(target)),
        owned_live(named(api_version, name, parse(live)), owns(owned), *others),
        Schema(parse(schema)) if schema else None,
    )
    return "equal" if isinstance(answer, Equal) else f"{answer.path}: {answer.reason}"


def is_equal(target: str, live: str, owned: str, kind: str = "apps/v1/Deployment", schema: str = "") -> bool:
    return verdict(target, live, owned, kind=kind, schema=schema) == "equal"
