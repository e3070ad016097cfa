"""The fields that jq expressions name in objects, found in a child process that can do no harm.

In: expressions and JSON values, neither trusted. Out: paths, or ``RuleFailed`` naming the expression that is wrong,
does not end, or takes too much memory. Never lets an expression see the environment, and never repeats what it says.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from gitops_action.comparison.ignore_differences import RuleFailed
from gitops_action.errors import ApplicationError
from gitops_action.ports import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops_action.comparison.json_path import JsonPath
    from gitops_action.ports import Process
    from gitops_action.resource.resource import Json

_PROGRAM = str(Path(__file__).with_name("jq_program.py"))
_OUTPUT_LIMIT = 16 * 1024 * 1024
_START = 30.0
"""Seconds for the child to start on a busy machine; what an expression may take is measured by the child."""
_TURNS = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class JqQueries:
    """Implements ``PathQueries``; at most two children run at once, for each may take half a gigabyte."""

    process: Process

    def paths(self, expressions: Sequence[str], values: Sequence[Json]) -> list[list[list[JsonPath]]]:
        """Return for each value, and each expression in turn, the paths that it names."""
        try:
            request = orjson.dumps({"expressions": list(expressions), "values": list(values)})
        except TypeError as error:
            raise RuleFailed(f"jq:{expressions[0]}", "cannot be put to an object that is not JSON") from error
        command = Command(
            argv=(sys.executable, "-I", "-B", _PROGRAM),
            cwd="/",
            stdin=request,
            timeout=_START + 4 * len(expressions) * (len(values) + 1),
            output_limit=_OUTPUT_LIMIT,
        )
        try:
            with _TURNS:
                completed = self.process.run(command)
        except ApplicationError as error:
            raise RuleFailed(f"jq:{expressions[0]}", "gave no answer") from error
        return _read(completed.stdout, expressions, len(values))


def _read(output: bytes, expressions: Sequence[str], values: int) -> list[list[list[JsonPath]]]:
    found: list[list[JsonPath]] = []
    at = 0
    lines = output.splitlines()
    for line in lines if output.endswith(b"\n") else lines[:-1]:
        message = orjson.loads(line)
        at = message.get("at", at)
        if "syntax" in message:
            raise RuleFailed(f"jq:{expressions[at]}", message["syntax"], is_syntax=True)
        if "paths" in message:
            found.append([tuple(path) for path in message["paths"]])
        if "done" in message:
            return [found[n * len(expressions) : (n + 1) * len(expressions)] for n in range(values)]
    reason = "fails on this object, or takes more than a second of processor time or 512 MB of memory"
    raise RuleFailed(f"jq:{expressions[at]}", reason)
