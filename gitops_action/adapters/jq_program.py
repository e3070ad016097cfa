"""The child process in which jq runs: it may hang, swallow memory or crash, and takes nothing with it.

In: one JSON request on stdin: ``expressions`` and ``values``. Out: JSON lines: which expression is worked on, then the
paths that it names in a value, a syntax error, or that it failed. An expression works on what the ones before it left.
The environment is empty, for jq programs can read it; no word of jq about a value is passed on, for it would quote it.
Imports nothing of this package, so that it starts fast.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from typing import Any

import jq

_SECONDS = 1.0
"""Processor time that one expression has for one value, as in Argo CD; the default action of the signal ends us."""
_NOTHING_THERE = "Cannot iterate over null"
"""What jq says of ``.spec.initContainers[]`` where there are none; to hide nothing there is what is meant."""
_MEMORY = 512 * 1024 * 1024


def _main() -> None:
    request = json.loads(sys.stdin.buffer.read())
    _limit()
    programs = []
    for number, expression in enumerate(request["expressions"]):
        _begin(number)
        try:
            jq.compile(f"del({expression})")
            programs.append(jq.compile(f"[path({expression})]"))
        except ValueError as error:
            _say({"syntax": str(error)})
            return
    for value in request["values"]:
        text = json.dumps(value)
        for number, program in enumerate(programs):
            _begin(number)
            try:
                paths = _paths(program, text)
                text = jq.compile("delpaths($paths)", args={"paths": paths}).input_text(text).text()
            except ValueError:
                return
            _say({"paths": paths})
    _say({"done": True})


def _paths(program: Any, text: str) -> list[Any]:
    """Return the paths that a program names; what is below a field that is not there is not there either."""
    try:
        answers = program.input_text(text).all()
    except ValueError as error:
        if str(error).startswith(_NOTHING_THERE):
            return []
        raise
    if len(answers) != 1 or not isinstance(answers[0], list) or [] in answers[0]:
        raise ValueError
    return answers[0]


def _limit() -> None:
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    for none in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
        resource.setrlimit(none, (0, 0))


def _begin(number: int) -> None:
    signal.setitimer(signal.ITIMER_PROF, _SECONDS)
    _say({"at": number})


def _say(message: dict[str, Any]) -> None:
    line = memoryview(json.dumps(message).encode() + b"\n")
    while line:
        line = line[os.write(1, line) :]


if __name__ == "__main__":
    _main()
