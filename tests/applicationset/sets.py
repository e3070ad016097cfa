"""Sets as YAML, the data that their generators see, and what comes of them, for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gitops_action.adapters.process import SubprocessProcess
from gitops_action.applicationset.generate import generate
from gitops_action.applicationset.generators.context import Context
from gitops_action.applicationset.generators.run import run
from gitops_action.applicationset.go_template import GoTemplates
from gitops_action.applicationset.inputs import ClusterEntry, GeneratorInputs, PullRequestEntry
from gitops_action.applicationset.parse import parse_applicationset
from gitops_action.applicationset.simple_template import SimpleTemplates
from gitops_action.resource.yaml import load_documents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops_action.applicationset.engine import Engine
    from gitops_action.applicationset.model import ApplicationSet, Generated
    from gitops_action.applicationset.params import Params

REPOSITORY = "https://github.com/acme/platform"


@dataclass(frozen=True)
class Tree:
    """A commit in memory."""

    content: Mapping[str, str]

    def files(self) -> Sequence[str]:
        return sorted(self.content)

    def read(self, path: str) -> bytes:
        return self.content[path].encode()


@dataclass(frozen=True)
class World:
    """What generators see, and the program that renders Go templates."""

    program: str
    files: Mapping[str, str] = field(default_factory=dict)
    clusters: Sequence[ClusterEntry] | None = ()
    pulls: Sequence[PullRequestEntry] | None = ()
    new_globbing: bool = False

    @property
    def inputs(self) -> GeneratorInputs:
        clusters, pulls = self.clusters, self.pulls
        return GeneratorInputs(
            repository=lambda repo_url, _: Tree(self.files) if repo_url == REPOSITORY else None,
            clusters=None if clusters is None else lambda: clusters,
            pull_requests=None if pulls is None else lambda _provider, _spec: pulls,
            new_file_globbing=self.new_globbing,
        )

    def engine(self, *, go: bool, options: tuple[str, ...] = ()) -> Engine:
        rendered_by_go = GoTemplates(process=SubprocessProcess(), program=self.program, options=options)
        return rendered_by_go if go else SimpleTemplates(rendered_by_go.slugs)

    def params(self, generator: str, *, go: bool = False, options: tuple[str, ...] = ()) -> list[Params]:
        """Return the parameters of one entry of ``generators``."""
        context = Context(engine=self.engine(go=go, options=options), inputs=self.inputs)
        return [each for result in run(yaml(generator), context) for each in result.params]

    def generate(self, spec: str) -> Generated:
        """Return what a set with this ``spec`` generates."""
        parsed = parsed_set(spec)
        return generate(parsed, self.inputs, self.engine(go=parsed.go_template, options=parsed.go_template_options))

    def applications(self, spec: str) -> list[Any]:
        """Return the applications, of which there is nothing else to be said."""
        generated = self.generate(spec)
        assert generated.conditions == ()
        return list(generated.applications)

    def error(self, spec: str) -> str:
        """Return the one condition that keeps all applications back."""
        generated = self.generate(spec)
        assert generated.applications == ()
        (condition,) = generated.conditions
        assert condition.keeps_back
        return condition.message.partition("ApplicationSet all: ")[2]


def yaml(text: str) -> Any:
    ((value, _),) = load_documents(text, source="test")
    return value


def parsed_set(spec: str) -> ApplicationSet:
    document = {"metadata": {"name": "all", "namespace": "gitops"}, "spec": yaml(spec)}
    return parse_applicationset(document, file="set.yaml", line=1)
