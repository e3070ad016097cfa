"""Run a workflow of ours under act, with the image at hand in place of the one that GitHub would build.

In: a workspace as ``actions/checkout`` leaves it, an event, a fake GitHub and a cluster. Out: act's log and whether the
job succeeded. act does the runner's part: inputs, files of the step, masks, and the container.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.docker_daemon import Docker

ROOT = Path(__file__).parents[2]
_ACTION = "gitops-action/gitops_action@v0"
_BEGIN, _END = "begin-of-outputs", "end-of-outputs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A job that ended."""

    succeeded: bool
    log: str

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of the action's step, as the step after it saw them."""
        words = [line.partition("| ")[2] for line in self.log.splitlines()]
        if _BEGIN not in words:
            raise AssertionError(f"the job printed no outputs:\n{self.log}")
        printed = words[words.index(_BEGIN) + 1 : words.index(_END)]
        outputs: dict[str, str] = json.loads("\n".join(printed))
        return outputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """act and what it needs to be told. ``folder`` is its own and may be thrown away."""

    program: str
    docker: Docker
    runner_image: str
    """What the job's own steps run in: any image with a shell."""
    action_image: str
    folder: Path
    github_url: str
    repository: str

    def run(
        self, workflow: Path, event: str, payload: Mapping[str, Any], workspace: Path, secrets: Mapping[str, str]
    ) -> Finished:
        """Run the jobs of a workflow for an event."""
        event_file = self.folder / "event.json"
        event_file.write_text(json.dumps(payload))
        argv = [
            self.program,
            event,
            f"--workflows={self._workflow(workflow)}",
            f"--eventpath={event_file}",
            f"--directory={workspace}",
            "--bind",
            "--pull=false",
            "--rm",
            "--no-cache-server",
            "--container-daemon-socket=-",
            f"--platform=ubuntu-24.04={self.runner_image}",
            f"--local-repository={self.github_url}/{_ACTION}={self._action()}",
            *(f"--env={name}={value}" for name, value in self._environment().items()),
            *(f"--secret={name}" for name in secrets),
        ]
        home = {"HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder)}
        (self.folder / "act").mkdir(exist_ok=True)
        (self.folder / "act" / "actrc").touch()
        done = subprocess.run(
            argv,
            env={**self.docker.environment, **home, **secrets},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Finished(succeeded=done.returncode == 0, log=done.stdout)

    def _environment(self) -> dict[str, str]:
        return {
            "GITHUB_SERVER_URL": self.github_url,
            "GITHUB_API_URL": self.github_url,
            "GITHUB_GRAPHQL_URL": f"{self.github_url}/graphql",
            "GITHUB_REPOSITORY": self.repository,
        }

    def _action(self) -> Path:
        """Write the real ``action.yml``, naming the image that was built instead of the Dockerfile."""
        text, count = re.subn(r"image: Dockerfile\b", f"image: docker://{self.action_image}", _action_yml())
        if count != 1:
            raise AssertionError("action.yml does not build its Dockerfile")
        action = self.folder / "action"
        action.mkdir(exist_ok=True)
        (action / "action.yml").write_text(text)
        return action

    def _workflow(self, path: Path) -> Path:
        """Copy a workflow without its uploads, which GitHub alone can take, and let it print the step's outputs."""
        workflow = yaml.safe_load(path.read_text())
        for job in workflow["jobs"].values():
            steps = [step for step in job["steps"] if "upload-artifact" not in step.get("uses", "")]
            for step in steps:
                if step.get("uses") == _ACTION:
                    step["id"] = "gitops"
            outputs = {"OUTPUTS": "${{ toJSON(steps.gitops.outputs) }}"}
            steps.append(
                {"if": "always()", "shell": "sh", "env": outputs, "run": f'echo {_BEGIN}; echo "$OUTPUTS"; echo {_END}'}
            )
            job["steps"] = steps
        if isinstance(concurrency := workflow.get("concurrency"), dict):
            concurrency.pop("queue", None)  # newer than act's schema, and without meaning for one run
        # act names its containers after the workflow: two test runs on one machine must not end each other's.
        workflow["name"] += f" {hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]}"
        workflow["on"] = workflow.pop(True, None) or workflow.pop("on")  # YAML 1.1 reads the key as a boolean
        copied = self.folder / path.name
        copied.write_text(json.dumps(workflow))
        return copied


def _action_yml() -> str:
    return (ROOT / "action.yml").read_text()
