"""What every ``ports.Process`` does; ``program`` is the real one's script and the fake one's function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import ApplicationError
from gitops_action.ports import Command, Completed

if TYPE_CHECKING:
    from pathlib import Path

    from gitops_action.ports import Process


class ProcessContract:
    """Subclasses give ``process``, which has the programs ``cat``, ``complain``, ``show``, ``flood`` and ``hang``."""

    @pytest.fixture
    def process(self) -> Process:
        raise NotImplementedError

    @pytest.fixture
    def cwd(self, tmp_path: Path) -> str:
        return str(tmp_path)

    def test_standard_input_goes_in_and_standard_output_comes_out(self, process: Process, cwd: str) -> None:
        completed = process.run(Command(argv=("cat",), cwd=cwd, stdin="grün\n".encode()))

        assert completed == Completed(returncode=0, stdout="grün\n".encode(), stderr="")

    def test_a_failure_is_data(self, process: Process, cwd: str) -> None:
        completed = process.run(Command(argv=("complain",), cwd=cwd))

        assert completed == Completed(returncode=3, stdout=b"half\n", stderr="Error: no\n")

    def test_the_command_s_environment_is_the_whole_environment(self, process: Process, cwd: str) -> None:
        completed = process.run(Command(argv=("show",), cwd=cwd, env={"ONE": "1", "TWO": "zwei"}))

        assert completed.stdout == b"ONE=1\nTWO=zwei\n"

    def test_a_missing_program_names_itself_and_the_remedy(self, process: Process, cwd: str) -> None:
        with pytest.raises(ApplicationError, match="program 'no-such-program' is not installed") as caught:
            process.run(Command(argv=("no-such-program",), cwd=cwd))

        assert caught.value.remedy.startswith("Install no-such-program")

    def test_too_much_output_is_an_error(self, process: Process, cwd: str) -> None:
        with pytest.raises(ApplicationError, match="flood wrote more than 1000 bytes and was stopped"):
            process.run(Command(argv=("flood",), cwd=cwd, output_limit=1000))

    def test_a_program_that_does_not_end_is_an_error(self, process: Process, cwd: str) -> None:
        with pytest.raises(ApplicationError, match=r"hang did not end within 0\.2 s and was stopped"):
            process.run(Command(argv=("hang",), cwd=cwd, timeout=0.2))
