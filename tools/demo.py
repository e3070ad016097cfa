"""``make demo``: the main job for real, start to end, in about 20 seconds.

Starts a Kubernetes API server with simulated nodes and a stand-in for GitHub's API, syncs the example repository's main
branch, opens a pull request, shows its comment, merges, syncs with the wait for health, lets somebody edit a live
object, and shows the drift that the next pull request reports. Every step runs the action as a workflow would.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.github_server.checkout import GitRepository
from tests.github_server.job import Job, merge_pull_request, open_pull_request, pull_request_job, push_job
from tests.github_server.server import GitHubServer
from tests.github_server.state import PullRequest, State
from tools import build
from tools.cluster import Cluster, ControlPlane

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "demo"
_PARTS = ("apps", "storefront", "payments", "platform")
_SHOWN = 70
"""Lines of a long text that are printed; the whole is among the reports."""


def main() -> int:
    """Run the demo; return 0 where every step ended as it should."""
    started = time.monotonic()
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="gitops-demo-") as folder:
        binaries = build.cache_directory() / "tools" / "bin"
        _title("A Kubernetes API server with simulated nodes, and a stand-in for GitHub")
        with ControlPlane(Path(folder, "cluster"), binaries=binaries) as cluster:
            state = State("acme/platform", private=True)
            state.git = _example_repository(Path(folder, "acme-platform"))
            with GitHubServer(state) as github:
                demo = Demo(cluster=cluster, github=github, git=state.git, folder=Path(folder))
                demo.play()
                if github.violations:
                    raise RuntimeError(f"not GitHub's API: {github.violations}")
    print(f"\nDone in {time.monotonic() - started:.0f} s. Reports, comments and summaries are in {REPORTS}.")
    return 0


@dataclass(kw_only=True)
class Demo:
    """The scenes, and what they share."""

    cluster: Cluster
    github: GitHubServer
    git: GitRepository
    folder: Path
    runs: int = 0

    def play(self) -> None:
        """Play all scenes."""
        self._grant_rights()
        _title("1 · main is synced for the first time")
        self._sync(expected=0)

        _title("2 · A pull request: new image, more replicas, another Secret, a Service gone")
        pull = self._propose("release-2.8", _RELEASE, "Release storefront 2.8.0")
        self._preview(pull, expected=0)

        _title("3 · Merged: the sync applies it, prunes, and waits for health")
        merge_pull_request(self.github, pull)
        self._sync(expected=0)

        _title("4 · Nothing left to do: a second sync writes nothing")
        self._sync(expected=0)

        _title("5 · Somebody edits the live Deployment with kubectl")
        self._edit_live()

        _title("6 · The next pull request changes one value, and reports the drift")
        self._preview(self._propose("currency", _CURRENCY, "Settle in USD"), expected=0)

    def _grant_rights(self) -> None:
        rbac = ROOT / "examples" / "rbac"
        self._kubectl("create", "namespace", "gitops-system")
        for file in ("cluster-wide/preview.yaml", "cluster-wide/deployer.yaml", "custom-resources.yaml"):
            self._kubectl("apply", "--filename", str(rbac / file))

    def _propose(self, branch: str, edits: dict[str, tuple[str, str]], title: str) -> PullRequest:
        files = {}
        for path, (old, new) in edits.items():
            text = (self.git.read("main", path) or b"").decode()
            if old not in text:
                raise RuntimeError(f"{path} of the example does not contain {old!r}")
            files[path] = text.replace(old, new)
        self.git.commit(files, message=title, branch=branch, start="main")
        return open_pull_request(self.github, branch, title=title)

    def _sync(self, *, expected: int) -> None:
        job = push_job(self.github, self._next_folder(), run_id=1000 + self.runs)
        self._run(job, user="deployer", expected=expected)

    def _preview(self, pull: PullRequest, *, expected: int) -> None:
        job = pull_request_job(self.github, pull, self._next_folder(), run_id=1000 + self.runs, depth=2)
        self._run(job, user="preview", expected=expected)
        for comment in self.github.state.comments_of(pull.number):
            (REPORTS / f"comment-{pull.number}.md").write_text(comment.body)
            print(f"\nThe comment on pull request #{pull.number} ({len(comment.body)} characters):\n")
            _excerpt(comment.body)

    def _run(self, job: Job, *, user: str, expected: int) -> None:
        environment = job.environ | {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GITHUB_SERVER_URL": "https://github.com",
            "GITOPS_ACTION_TOOLS": str(build.cache_directory() / "tools"),
            "INPUT_SERVER": self.cluster.server,
            "INPUT_CA": self.cluster.ca_file.read_text(),
            "INPUT_TOKEN": self._token(user),
            "INPUT_TIMEOUT": "2m",
        }
        command = [sys.executable, "-m", "gitops_action", "run"]
        done = subprocess.run(
            command,
            cwd=job.workspace,
            env=environment,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        _excerpt(done.stdout)
        shutil.copytree(job.workspace / "gitops-report", REPORTS / f"run-{self.runs}", dirs_exist_ok=True)
        (REPORTS / f"run-{self.runs}" / "summary.md").write_text(job.summary())
        if done.returncode != expected:
            raise RuntimeError(f"the action ended with {done.returncode}, not {expected}")

    def _edit_live(self) -> None:
        patch = '{"spec":{"template":{"spec":{"containers":[{"name":"app","resources":{"limits":{"memory":"1Gi"}}}]}}}}'
        self._kubectl("patch", "deployment", "storefront", "--namespace", "shop", "--patch", patch)

    def _token(self, role: str) -> str:
        return self._ask("create", "token", f"gitops-action-{role}", "--namespace", "gitops-system")

    def _kubectl(self, *arguments: str) -> None:
        for line in self._ask(*arguments).splitlines():
            print(f"  {line}")

    def _ask(self, *arguments: str) -> str:
        command = [str(build.program("kubectl")), "--kubeconfig", str(self.cluster.kubeconfig()), *arguments]
        return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout.rstrip()

    def _next_folder(self) -> Path:
        self.runs += 1
        return self.folder / f"job-{self.runs}"


_PRODUCTION = "storefront/overlays/production/kustomization.yaml"
_RELEASE = {
    _PRODUCTION: ("newTag: 2.7.3", "newTag: 2.8.0"),
    "storefront/base/worker.yaml": ('"--queue=orders"', '"--queue=orders,returns"'),
    "storefront/base/kustomization.yaml": ("  - service-legacy.yaml\n", ""),
    "payments/values-production.yaml": (
        "replicas: 3\nstripe:\n  apiKey: demo-production-key\n",
        "replicas: 5\nstripe:\n  apiKey: demo-rotated-key\n",
    ),
}
_CURRENCY = {"payments/values.yaml": ("currency: EUR", "currency: USD")}


def _example_repository(path: Path) -> GitRepository:
    files = {
        str(file.relative_to(ROOT / "examples")): file.read_text()
        for part in _PARTS
        for file in sorted((ROOT / "examples" / part).rglob("*"))
        if file.is_file()
    }
    return GitRepository.create(path, files)


def _title(text: str) -> None:
    print(f"\n\033[1m━━ {text}\033[0m\n", flush=True)


def _excerpt(text: str) -> None:
    """Print the beginning of a text, without what the runner takes for itself."""
    lines = [line for line in text.rstrip().splitlines() if not line.startswith("::")]
    print("\n".join(f"  │ {line}" for line in lines[:_SHOWN]))
    if len(lines) > _SHOWN:
        print(f"  │ … {len(lines) - _SHOWN} more lines")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
