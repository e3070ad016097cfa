"""``ports.Process`` in memory: programs are functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops_action.errors import ApplicationError
from gitops_action.ports import Completed

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.ports import Command


class FakeProcess:
    """Runs functions by program name; one returns standard output, or all of what a program leaves.

    A function that raises ``TimeoutError`` is a program that takes too long. ``commands`` holds what was run.
    """

    def __init__(self, **programs: Callable[[Command], str | Completed]) -> None:
        self.programs = programs
        self.commands: list[Command] = []

    def run(self, command: Command) -> Completed:
        self.commands.append(command)
        name = command.argv[0].rpartition("/")[2]
        program = self.programs.get(name)
        if program is None:
            raise ApplicationError(f"{name}: program {command.argv[0]!r} is not installed", remedy=f"Install {name}.")
        try:
            answer = program(command)
        except TimeoutError as error:
            raise ApplicationError(f"{name} did not end within {command.timeout:g} s and was stopped") from error
        if isinstance(answer, str):
            answer = Completed(returncode=0, stdout=answer.encode(), stderr="")
        if len(answer.stdout) > command.output_limit:
            raise ApplicationError(f"{name} wrote more than {command.output_limit} bytes and was stopped")
        return answer
