"""A repository with applications, a cluster and a GitHub: what the end-to-end tests play with.

``scene`` has the administrator's rights on the test cluster and one fresh namespace. Its repository is a folder
on disk, which is run on directly (``cli``), or checked out for the jobs of pull requests and pushes (``preview``,
``deploy``).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from jsonschema import Draft202012Validator

import gitops_action.report
from tests.e2e.program import Ran, run_here
from tests.github_server.checkout import GitRepository, git
from tests.github_server.job import merge_pull_request, open_pull_request, pull_request_job, push_job
from tools import build
from tools.cluster.cluster import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops_action.errors import ExitCode
    from tests.conftest import Tools
    from tests.github_server.job import Job
    from tests.github_server.server import GitHubServer
    from tests.github_server.state import IssueComment, PullRequest
    from tools.cluster import Cluster

REPOSITORY = "https://github.com/octo-org/shop"
SCHEMA = orjson.loads((Path(gitops_action.report.__file__).parent / "schema.json").read_bytes())


@dataclass(frozen=True, kw_only=True)
class JobRan(Ran):
    """A job that ended: what it left for GitHub, besides its log."""

    job: Job
    comments: tuple[IssueComment, ...] = ()

    @cached_property
    def outputs(self) -> dict[str, str]:
        return self.job.outputs()

    @cached_property
    def summary(self) -> str:
        return self.job.summary()

    @cached_property
    def report_text(self) -> str:
        return (self.job.workspace / "gitops-report" / "report.json").read_text()

    @cached_property
    def report(self) -> dict[str, Any]:
        """``report.json``, which fits its schema."""
        report: dict[str, Any] = orjson.loads(self.report_text)
        Draft202012Validator(SCHEMA).validate(report)
        return report

    @property
    def shown(self) -> str:
        """Everything that anybody can read."""
        outputs = "\n".join(f"{name}={value}" for name, value in self.outputs.items())
        return "\n".join([self.log, self.summary, outputs, self.report_text, *(each.body for each in self.comments)])


def application(name: str, namespace: str, *, path: str = "", revision: str = "main", more: str = "") -> str:
    """Return an Application document; ``more`` is further lines of its spec."""
    return dedent(
        f"""\
        ---
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {{name: {name}, namespace: argocd}}
        spec:
          project: default
          source: {{repoURL: "{REPOSITORY}.git", targetRevision: {revision}, path: {path or name}}}
          destination: {{server: https://kubernetes.default.svc, namespace: {namespace}}}
          syncPolicy: {{automated: {{prune: true}}}}
        """
    ) + "".join(f"  {line}\n" for line in dedent(more).strip().splitlines())


def config_map(name: str, *, wave: str = "", **data: str) -> str:
    """Return a ConfigMap, which is healthy as soon as it is there."""
    annotations = {"argocd.argoproj.io/sync-wave": wave} if wave else {}
    metadata = {"name": name, "annotations": annotations}
    return document({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def deployment(name: str, *, image: str = "registry.example/web:1", pod: str = "", replicas: int = 1) -> str:
    """Return a Deployment; ``pod`` names how its simulated pods behave, such as ``never-ready``."""
    annotations = {"gitops-action.test/pod": pod} if pod else {}
    return document(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": {"app": name}},
                "template": {
                    "metadata": {"labels": {"app": name}, "annotations": annotations},
                    "spec": {"containers": [{"name": "main", "image": image}]},
                },
            },
        }
    )


def document(content: object) -> str:
    """Return one document of a stream; JSON is YAML."""
    return f"---\n{orjson.dumps(content).decode()}\n"


def says(ran: Ran, code: ExitCode, *texts: str) -> None:
    """Assert how a run ended and what its log says, line breaks aside."""
    words = " ".join(ran.log.split())
    missing = [text for text in texts if text not in words]
    assert (ran.code, missing) == (code, []), ran.log


@dataclass
class Scene:
    """One repository on GitHub, one namespace."""

    cluster: Cluster
    github: GitHubServer
    namespace: str
    folder: Path
    git: GitRepository
    inputs: dict[str, str] = field(default_factory=dict)
    """Inputs of every job."""
    runs: int = 0

    # --- the repository ---

    def write(self, files: Mapping[str, str | None]) -> Scene:
        """Commit files on main."""
        self.git.commit(files, message="Change")
        return self

    def add(self, name: str, *manifests: str, more: str = "") -> Scene:
        """Add an application of plain manifests to main."""
        return self.write(
            {
                f"apps/{name}.yaml": application(name, self.namespace, more=more),
                f"{name}/manifests.yaml": "".join(manifests),
            }
        )

    def propose(self, files: Mapping[str, str | None], *, branch: str = "change", fork: str = "") -> PullRequest:
        """Open a pull request that changes these files."""
        self.git.commit(files, message="Propose", branch=branch, start="main")
        pull = open_pull_request(self.github, branch, fork=fork)
        git(self.git.path, "checkout", "--quiet", "main")
        return pull

    def merge(self, pull: PullRequest) -> None:
        """Merge a pull request."""
        merge_pull_request(self.github, pull)

    # --- runs ---

    def cli(self, *arguments: str, environ: Mapping[str, str] | None = None, kubeconfig: Path | str = "") -> Ran:
        """Run a verb in the repository, as the administrator of the cluster unless ``KUBECONFIG`` is given."""
        return run_here(*arguments, environ=self.desk(kubeconfig) | dict(environ or {}), folder=self.git.path)

    def desk(self, kubeconfig: Path | str = "") -> dict[str, str]:
        """Return the environment of somebody who works in the repository."""
        return self._machine() | {"KUBECONFIG": str(kubeconfig or self.cluster.kubeconfig())}

    def deploy(self, environ: Mapping[str, str] | None = None, **inputs: str) -> JobRan:
        """Run the job of a push to main."""
        job = push_job(self.github, self._next(), run_id=1000 + self.runs)
        return self.run(job, environ, inputs=inputs)

    def preview(self, pull: PullRequest, environ: Mapping[str, str] | None = None, **inputs: str) -> JobRan:
        """Run the job of a pull request."""
        return self.run(self.preview_job(pull), environ, pull=pull, inputs=inputs)

    def preview_job(self, pull: PullRequest, *, actor: str = "octocat") -> Job:
        """Return the job of a pull request, not yet run."""
        return pull_request_job(self.github, pull, self._next(), run_id=1000 + self.runs, actor=actor)

    def run(
        self,
        job: Job,
        environ: Mapping[str, str] | None = None,
        *,
        pull: PullRequest | None = None,
        inputs: Mapping[str, str],
    ) -> JobRan:
        """Run the action in a job; inputs are named with underscores."""
        whole = self.environ(job, inputs) | dict(environ or {})
        ran = run_here("run", environ=whole, folder=job.workspace)
        comments = tuple(self.github.state.comments_of(pull.number)) if pull else ()
        return JobRan(code=ran.code, stdout=ran.stdout, stderr=ran.stderr, job=job, comments=comments)

    def environ(self, job: Job, inputs: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a job's step, as the administrator of the cluster unless the inputs say else."""
        given = {"kubeconfig": self.cluster.kubeconfig().read_text(), "timeout": "60s"} | self.inputs | dict(inputs)
        return (
            job.environ
            | self._machine()
            | {f"INPUT_{name.upper().replace('_', '-')}": text for name, text in given.items()}
        )

    def _machine(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "GITOPS_ACTION_TOOLS": str(build.cache_directory() / "tools"),
        }

    def _next(self) -> Path:
        self.runs += 1
        return self.folder / f"job-{self.runs}"

    # --- the cluster ---

    def get(self, path: str, *, namespace: str = "") -> Any:
        """Return an object by kind and name, such as ``apps/v1/deployments/web``; ``None`` where it is not there."""
        return self.read(self._path(path, namespace))

    def read(self, path: str) -> Any:
        """Return what is at a path of the API; ``None`` where nothing is."""
        try:
            return self.cluster.request("GET", path)
        except RequestRefused as error:
            if error.status != 404:
                raise
            return None

    def put(self, path: str, body: object, *, method: str = "POST", namespace: str = "") -> Any:
        """Create an object, or whatever the method does."""
        return self.cluster.request(method, self._path(path, namespace), body)

    def _path(self, path: str, namespace: str) -> str:
        group, _, rest = path.rpartition("v1/")
        root = f"/apis/{group}v1" if group else "/api/v1"
        return f"{root}/namespaces/{namespace or self.namespace}/{rest}"


def edit(scene: Scene, name: str, **data: str) -> None:
    """Change values of a ConfigMap, as somebody with an editor does."""
    live = scene.get(f"v1/configmaps/{name}")
    live["data"] |= data
    scene.put(f"v1/configmaps/{name}?fieldManager=kubectl-edit", live, method="PUT")


@pytest.fixture
def scene(cluster: Cluster, tools: Tools, github_server: GitHubServer, namespace: str, tmp_path: Path) -> Scene:
    """Return a repository without any application yet."""
    assert tools.path("helm")
    repository = GitRepository.create(tmp_path / "server", {"README.md": "An example.\n"})
    git(repository.path, "remote", "add", "origin", f"{REPOSITORY}.git")
    github_server.state.git = repository
    (tmp_path / "home").mkdir()
    # Other tests have applications of the same repository at the same time, which are not gone from this one.
    inputs = {"state_namespace": namespace}
    return Scene(
        cluster=cluster, github=github_server, namespace=namespace, folder=tmp_path, git=repository, inputs=inputs
    )
