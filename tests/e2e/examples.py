"""The example repository, with namespaces of a test's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.scene import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EXAMPLES = Path(__file__).parents[2] / "examples"


def example_files(namespaces: Mapping[str, str], *, apps: Sequence[str]) -> dict[str, str]:
    """Return the files of some example applications by path; their namespaces are renamed."""
    folders = [EXAMPLES / name for name in apps]
    files = [EXAMPLES / "apps" / f"{name}.yaml" for name in apps]
    files += [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
    return {str(file.relative_to(EXAMPLES)): _renamed(file.read_text(), namespaces) for file in files}


def _renamed(text: str, namespaces: Mapping[str, str]) -> str:
    text = text.replace("https://github.com/acme/platform.git", f"{REPOSITORY}.git")
    for old, new in namespaces.items():
        text = re.sub(rf"^( *namespace: ){old}$", rf"\g<1>{new}", text, flags=re.MULTILINE)
    return text
