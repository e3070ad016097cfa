"""Lint every workflow of the project and of its examples with actionlint and zizmor; exit 1 if either objects."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools import build

ROOT = Path(__file__).resolve().parent.parent
NEWER_THAN_ACTIONLINT = 'unexpected key "queue" for "concurrency" section'
ACTIONS = ("action.yml", "setup/action.yml")


def main() -> int:
    """Run both linters over the same files."""
    folders = (ROOT / ".github" / "workflows", ROOT / "examples" / "workflows")
    workflows = sorted(str(path.relative_to(ROOT)) for folder in folders for path in folder.glob("*.yml"))
    zizmor = str(Path(sys.executable).with_name("zizmor"))
    commands = [
        [str(build.program("actionlint")), "-color", "-ignore", NEWER_THAN_ACTIONLINT, *workflows],
        [zizmor, "--offline", "--quiet", "--no-progress", *workflows, *ACTIONS, ".github/dependabot.yml"],
    ]
    return max(subprocess.run(command, cwd=ROOT, check=False).returncode for command in commands)


if __name__ == "__main__":
    sys.exit(main())
