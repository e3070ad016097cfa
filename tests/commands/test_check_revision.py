"""``check revision``: JSON on stdout, 2 where nothing is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from gitops_action.cli import main
from gitops_action.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

A, B, C = "a" * 40, "b" * 40, "c" * 40
LISTING = (
    f"{A}\tHEAD\n{A}\trefs/heads/main\n{B}\trefs/tags/v1.2.0\n{C}\trefs/tags/v1.2.0^{{}}\n{A}\trefs/tags/p/2.0.0\n"
)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["1.x"], {"revision": C, "ref": "refs/tags/v1.2.0"}),
        (["main"], {"revision": A, "ref": "refs/heads/main"}),
        (["HEAD"], {"revision": A, "ref": "HEAD"}),
        ([B], {"revision": B, "ref": None}),
        (["ccccccc"], {"revision": C, "ref": None}),
        (["ddddddd"], {"revision": "ddddddd", "ref": None}),
        (["*", "--tag-prefix", "p/"], {"revision": A, "ref": "refs/tags/p/2.0.0"}),
    ],
)
def test_the_commit_and_its_ref(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: object
) -> None:
    refs = tmp_path / "refs"
    refs.write_text(LISTING)
    assert main(["check", "revision", *arguments, "--refs", str(refs)]) == ExitCode.OK
    assert orjson.loads(capsys.readouterr().out) == expected


@pytest.mark.parametrize(
    ("listing", "words"),
    [
        (LISTING, "unable to resolve '9.x' to a commit SHA"),
        ("", "There are no refs."),
        ("fatal: repository not found", "line 1 is not of the form"),
        (None, "No such file"),
    ],
)
def test_what_cannot_be_resolved_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], listing: str | None, words: str
) -> None:
    refs = tmp_path / "refs"
    if listing is not None:
        refs.write_text(listing)
    assert main(["check", "revision", "9.x", "--refs", str(refs)]) == ExitCode.USAGE
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""
