"""How a process ends: at once, and without leaving anything behind."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from gitops_action.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path


def test_a_run_that_fails_leaves_no_temporary_folder(tmp_path: Path) -> None:
    shop, temporary = tmp_path / "shop", tmp_path / "temporary"
    shop.mkdir()
    temporary.mkdir()
    (shop / "web.yaml").write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: web}}\n")
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for arguments in (("init", "-q"), ("add", "."), (*author, "commit", "-qm", "web")):
        subprocess.run(["git", *arguments], cwd=shop, check=True)  # noqa: S607 - git is on PATH
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "gitops_action", "diff", "--base", "HEAD"),
            *("--name", "web", "--path", ".", "--namespace", "shop"),
            *("--server", "https://127.0.0.1:1", "--token", "not-a-token"),
        ],
        cwd=shop,
        env={**os.environ, "TMPDIR": str(temporary)},
        check=False,
        capture_output=True,
    )
    assert ended.returncode == ExitCode.CLUSTER
    assert list(temporary.iterdir()) == []
