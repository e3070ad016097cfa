"""Texts as a workflow or a shell gives them → ``Inputs``. Reads no environment itself."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from gitops_action.dangers import DangerPolicy
from gitops_action.duration import parse_duration
from gitops_action.errors import UsageError
from gitops_action.inputs.declared import INPUTS
from gitops_action.inputs.kinds import UNSET, CommentPolicy, FailOn, Limit, Type
from gitops_action.inputs.typed import Inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops_action.inputs.kinds import Input

_EXACT = ("kubeconfig", "credentials")
"""Inputs that may be YAML, in which the space at the beginning of a line counts."""


def find(name: str) -> Input:
    """Return the declaration of an input."""
    return next(declared for declared in INPUTS if declared.name == name)


def from_environment(environment: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the texts of ``INPUT_*`` by input name, and a warning for each that is not an input.

    An empty text is dropped where the default is meant, and kept for guarded inputs, for which it is an error.
    """
    declared = {known.variable: known for known in INPUTS}
    texts: dict[str, str] = {}
    warnings = []
    for variable, text in environment.items():
        if not variable.startswith("INPUT_"):
            continue
        known = declared.get(variable)
        if known is None:
            warnings.append(_unknown(variable.removeprefix("INPUT_").lower()))
        elif text or known.guarded:
            texts[known.name] = text
    return texts, tuple(warnings)


def parse(texts: Mapping[str, str]) -> Inputs:
    """Return the typed inputs; what is not among the texts has its default.

    Raises ``UsageError`` naming the input that cannot be read.
    """
    values: dict[str, Any] = {}
    for declared in INPUTS:
        text = texts.get(declared.name)
        if text is None or (declared.guarded and text == UNSET):
            continue
        if declared.guarded and not text.strip():
            raise UsageError(
                f"input {declared.name} is set but empty",
                detail="A secret or variable that does not exist expands to an empty text.",
                remedy=f"Define the secret that feeds `{declared.name}` for this event, or remove the input.",
            )
        values[declared.field] = _value(declared, text)
    inputs = Inputs(**values)
    _check_combination(inputs)
    return inputs


def _check_combination(inputs: Inputs) -> None:
    if inputs.path and not (inputs.name and inputs.namespace):
        raise UsageError(
            "input path describes an application without YAML, which needs name and namespace as well",
            remedy="Set `name` and `namespace`, or remove `path` to use the Application documents of the repository.",
        )
    described = {
        name: getattr(inputs, name.replace("-", "_")) for name in ("helm-values", "helm-parameters", "release-name")
    }
    if not inputs.path and (stray := [name for name, value in described.items() if value]):
        raise UsageError(
            f"input {stray[0]} describes an application without YAML, which needs path as well",
            remedy="Set `path`, `name` and `namespace`, or write it into the Application document.",
        )
    DangerPolicy.of(inputs.dangers)
    if inputs.server and inputs.kubeconfig:
        raise UsageError("inputs server and kubeconfig exclude each other", remedy="Remove one of the two.")


def _value(declared: Input, text: str) -> Any:
    match declared.type:
        case Type.TEXT:
            return text.strip()
        case Type.SECRET:
            return text.strip("\n ") if declared.name not in _EXACT else text
        case Type.LIST:
            return tuple(_lines(text))
        case Type.BOOLEAN:
            return _boolean(declared.name, text)
        case Type.DURATION:
            return parse_duration(text, name=f"input {declared.name}")
        case Type.INTEGER:
            return _integer(declared.name, text)
        case Type.LIMIT:
            return _limit(declared.name, text)
        case Type.CHOICE:
            return _choice(declared, text)


def _lines(text: str) -> Iterable[str]:
    lines = (line.partition(" #")[0].strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _boolean(name: str, text: str) -> bool:
    match text.strip():
        case "true" | "True" | "TRUE":
            return True
        case "false" | "False" | "FALSE":
            return False
        case other:
            raise UsageError(f"input {name} is {other!r}, not a boolean", remedy="Write true or false.")


def _integer(name: str, text: str) -> int:
    if not re.fullmatch(r"\d+", text.strip(), re.ASCII):
        raise UsageError(f"input {name} is {text!r}, not a number", remedy="Write a whole number, 0 or more.")
    return int(text)


def _limit(name: str, text: str) -> Limit:
    match = re.fullmatch(r"(\d+)(%?)", text.strip(), re.ASCII)
    if match is None:
        raise UsageError(f"input {name} is {text!r}", remedy="Write a count such as 20, or a percentage such as 50%.")
    return Limit(int(match[1]), is_percent=bool(match[2]))


def _choice(declared: Input, text: str) -> Any:
    word = text.strip()
    if word not in declared.choices:
        raise UsageError(
            f"input {declared.name} is {word!r}", remedy=f"It is one of: {', '.join(map(str, declared.choices))}."
        )
    kind = {"fail-on": FailOn, "comment": CommentPolicy}.get(declared.name, str)
    return kind(word)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, [declared.name for declared in INPUTS], n=1)
    return f"unknown input {name!r} is ignored" + (f"; did you mean {near[0]!r}?" if near else "")
