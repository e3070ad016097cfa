"""Write what derives from the declared inputs and outputs: ``action.yml`` and the tables in the README.

``python -m tools.metadata`` writes, ``--check`` only compares and exits 1 with the names of the files that are stale.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from gitops_action.inputs import INPUTS, UNSET, Input
from gitops_action.outputs import OUTPUTS

ROOT = Path(__file__).resolve().parent.parent

_ACTION = """\
# Written by `make metadata` from gitops_action/inputs.py and outputs.py; a test keeps it equal.
name: GitOps Action
description: >-
  GitOps for Kubernetes without a controller: the diff against the cluster as a pull request comment, and on merge a
  sync that waits for health. Reads Argo CD's Applications as they are.
author: gitops_action maintainers
branding:
  icon: git-merge
  color: blue
inputs:
{inputs}
outputs:
{outputs}
runs:
  using: docker
  image: Dockerfile
"""


def action_yml() -> str:
    """Return the text of ``action.yml``."""
    return _ACTION.format(inputs="\n".join(map(_input, INPUTS)), outputs="\n".join(map(_output, OUTPUTS.items())))


def readme(text: str) -> str:
    """Return the README with its tables of inputs and outputs renewed."""
    text = _between(text, "inputs", _inputs_table())
    return _between(text, "outputs", _outputs_table())


def _input(declared: Input) -> str:
    default = UNSET if declared.guarded else declared.default
    lines = [f"  {declared.name}:", f"    description: {json.dumps(declared.help)}", "    required: false"]
    return "\n".join([*lines, f"    default: {json.dumps(default)}"])


def _output(output: tuple[str, str]) -> str:
    name, text = output
    return f"  {name}:\n    description: {json.dumps(text)}"


def _inputs_table() -> str:
    rows = ["| Input | Default | |", "|:--|:--|:--|"]
    for declared in INPUTS:
        values = "" if declared.guarded else declared.default.splitlines()
        default = ", ".join(f"`{value}`" for value in values) or "–"
        rows.append(f"| `{declared.name}` | {default} | {declared.help.replace('|', chr(92) + '|')} |")
    return "\n".join(rows)


def _outputs_table() -> str:
    return "\n".join(["| Output | |", "|:--|:--|", *(f"| `{name}` | {text} |" for name, text in OUTPUTS.items())])


def _between(text: str, name: str, content: str) -> str:
    pattern = re.compile(rf"(<!-- {name}: begin -->\n).*?(<!-- {name}: end -->)", re.DOTALL)
    renewed, count = pattern.subn(lambda found: f"{found[1]}\n{content}\n\n{found[2]}", text)
    if count != 1:
        raise ValueError(f"README.md needs exactly one pair of markers <!-- {name}: begin --> and end")
    return renewed


def main(arguments: list[str]) -> int:
    """Write or check the files; return the exit code."""
    written = {ROOT / "action.yml": action_yml(), ROOT / "README.md": readme((ROOT / "README.md").read_text())}
    stale = [path for path, text in written.items() if not path.exists() or path.read_text() != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.name} is stale; run: make metadata", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(written[path])
        print(f"wrote {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
