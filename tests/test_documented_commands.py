"""Each command that the documents show is run, in the example repository and against a real API server.

What is no command of this program stands in a table, with what covers it instead.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops_action.errors import ExitCode
from tests.e2e.examples import example_files
from tests.e2e.scene import application, config_map, document, says
from tests.github_server.checkout import git

if TYPE_CHECKING:
    from tests.e2e.scene import Scene

pytestmark = pytest.mark.xdist_group("examples")

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("examples/**/*.md"))]

PLACEHOLDERS = {
    "APP": "storefront",
    "NAME": "storefront",
    "NAME…": "storefront",
    "FILE": "secret.yaml",
    "VERB": "sync",
    "NAMESPACE": "argocd",
}
"""Word of a document that stands for something → what it stands for in the examples."""
ENDINGS = {
    "gitops-action export --from-cluster": (
        {ExitCode.CLUSTER, ExitCode.USAGE},
        "the test cluster has no Argo CD, or its kinds and none of its objects; see test_export",
    ),
    "gitops-action terminate": ({ExitCode.REFUSED}, "no sync is running; see test_sync_flags"),
}
"""Beginning of a command → how it ends here other than well, and why."""
COVERED_ELSEWHERE = {
    "make": "test_docs holds targets against the Makefile; `make demo` and `make test` are what CI runs",
    "pip install .": "the image is built by it",
    "python3 tools/build.py": "the programs that every test runs are built by it",
    "git ": "the example repository is made by git, and has a file such as `git ls-remote` writes",
    "cp -r examples": "the example repository is that copy",
    "kubectl": "what it writes is tried by tests of roles and of the switch; kubectl is not ours",
}
"""Beginning of a line that is no command of this program → what covers it."""

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(gitops-action [^`]+)`")
_SHELLS = ("sh", "bash", "console")


def _lines(text: str) -> list[str]:
    """Return the command lines of a document; in a session with prompts, only what follows a prompt."""
    lines = []
    for found in _FENCE.finditer(text):
        if found["language"] in _SHELLS:
            block = [line for line in found["text"].splitlines() if line.strip()]
            typed = [line.removeprefix("$ ") for line in block if line.startswith("$ ")]
            lines += typed or block
    return lines


def _ours(text: str) -> list[str]:
    fenced = [line for line in _lines(text) if line.startswith("gitops-action ")]
    return [*fenced, *_INLINE.findall(_FENCE.sub("", text))]


COMMANDS = list(dict.fromkeys(command for document in DOCUMENTS for command in _ours(document.read_text())))


def _expected(command: str) -> set[ExitCode]:
    """Return how a command may end: in sync, with differences, or as the table says."""
    listed = [codes for start, (codes, _) in ENDINGS.items() if command.startswith(start)]
    return {ExitCode.OK, ExitCode.DIFFERENT}.union(*listed)


def _arguments(command: str) -> list[str]:
    words = shlex.split(command, comments=True)[1:]
    return [PLACEHOLDERS.get(word, word) for word in words]


def _files(namespace: str) -> dict[str, str | None]:
    """Return the storefront of the examples, and the files that commands name."""
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": {"key": "a"}}
    web = config_map("web", color="blue")
    files: dict[str, str | None] = dict(example_files({"shop": namespace}, apps=["storefront"]))
    production, staging = "apps/storefront.yaml", "name: storefront-staging"
    files[production] = "---\n".join(each for each in str(files[production]).split("---\n") if staging not in each)
    return files | {
        "refs": f"{'a' * 40}\trefs/tags/v1.2.3\n",
        "web.yaml": web,
        "live.yaml": web,
        "secret.yaml": document(secret),
        "application.yaml": application("spare", namespace),
        "spare/spare.yaml": config_map("spare", color="red"),
        "argocd-cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm}\ndata: {}\n",
        "project.yaml": (
            "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: default, namespace: argocd}\n"
            "spec:\n  sourceRepos: ['*']\n  destinations: [{server: '*', namespace: '*'}]\n"
            "  clusterResourceWhitelist: [{group: '*', kind: '*'}]\n"
        ),
    }


@pytest.fixture
def examples(scene: Scene) -> Scene:
    """Return the example repository after three syncs, so that it has a history."""
    scene.write(_files(scene.namespace))
    git(scene.git.path, "update-ref", "refs/remotes/origin/main", "HEAD")
    overlay = "storefront/overlays/production/disruption.yaml"
    text = (scene.git.path / overlay).read_text()
    for team in ("a", "b", "c"):
        scene.write({overlay: text.replace("metadata:", f"metadata:\n  labels: {{team: {team}}}", 1)})
        says(scene.cli("sync", "storefront", "--wave-delay", "0s"), ExitCode.OK, "1 application was synced")
    reports = {"a/report.json": "storefront", "b/report.json": "spare"}
    scene.write({file: scene.cli("diff", name, "--output", "json").stdout for file, name in reports.items()})
    return scene


def test_every_command_that_the_documents_show_runs(examples: Scene) -> None:
    assert len(COMMANDS) > 25

    ends = {command: examples.cli(*_arguments(command)) for command in COMMANDS}

    wrong = {command: (ran.code, ran.log) for command, ran in ends.items() if ran.code not in _expected(command)}
    assert wrong == {}


def test_every_other_line_is_known_and_covered_elsewhere() -> None:
    others = {line for path in DOCUMENTS for line in _lines(path.read_text()) if not line.startswith("gitops-action ")}

    assert {line for line in others if not line.startswith(tuple(COVERED_ELSEWHERE))} == set()
    assert {start for start in COVERED_ELSEWHERE if not any(line.startswith(start) for line in others)} == set()
