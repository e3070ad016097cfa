"""App of apps: the applications that other applications render, and who renders whom.

In: applications, a way to what each renders of Argo CD's own kinds, and a way to expand sets. Out: a ``Family``. An
application that is a file of the repository and is rendered too counts once, as it is rendered: so Argo CD would get
it. Rendering oneself is common and means nothing; rendering each other in a circle is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from gitops_action.application.application import ApplicationCondition, ConditionType
from gitops_action.application.discovery import Document, kind_of
from gitops_action.application.parse import parse_application
from gitops_action.errors import GitOpsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitops_action.application.application import Application
    from gitops_action.resource import Resource

DEPTH_LIMIT = 10
_ANYWHERE = "argocd"
"""The namespace of an Application whose document names none."""

Name: TypeAlias = tuple[str, str]
"""Namespace and name of an application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Applications with those that they render, each after its parent, and the projects among what is rendered.

    ``followed`` are kind, namespace and name of every document that was followed.
    """

    applications: tuple[Application, ...]
    projects: tuple[Document, ...] = ()
    followed: frozenset[tuple[str, str, str]] = frozenset()
    problems: tuple[GitOpsError, ...] = ()


def follow(
    applications: Sequence[Application],
    documents: Callable[[Sequence[Application]], Sequence[Sequence[Resource]]],
    expand: Callable[[Sequence[Document]], Sequence[Application]],
) -> Family:
    """Return the family of some applications.

    ``documents`` returns what each of some applications renders of Argo CD's kinds, and ``expand`` what sets generate.
    """
    return _Following(applications, expand).through(documents)


@dataclass(slots=True)
class _Following:
    """A family as it is found, generation by generation."""

    roots: Sequence[Application]
    expand: Callable[[Sequence[Document]], Sequence[Application]]
    members: dict[Name, Application] = field(init=False)
    projects: list[Document] = field(default_factory=list)
    followed: set[tuple[str, str, str]] = field(default_factory=set)
    problems: list[GitOpsError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.members = {}
        for root in self.roots:
            self.members.setdefault(_name(root), root)

    def through(self, documents: Callable[[Sequence[Application]], Sequence[Sequence[Resource]]]) -> Family:
        generation = list(self.members.values())
        while generation:
            news: dict[Name, Application] = {}
            for parent, found in zip(generation, documents(generation), strict=True):
                for child in self._children(parent, found):
                    if (member := self._taken_in(parent, child)) is not None:
                        news[_name(member)] = member
            generation = list(news.values())
        return Family(
            applications=tuple(self._ordered()),
            projects=tuple(self.projects),
            followed=frozenset(self.followed),
            problems=tuple(self.problems),
        )

    def _children(self, parent: Application, found: Sequence[Resource]) -> list[Application]:
        children: list[Application] = []
        for resource in found:
            place = Document(
                file=resource.origin.file or parent.file,
                line=resource.origin.line or parent.line,
                value=resource.object,
            )
            kind = kind_of(resource.object)
            self.followed.add((kind, resource.namespace, resource.name))
            try:
                if kind == "Application":
                    children.append(parse_application(place.value, file=place.file, line=place.line))
                elif kind == "ApplicationSet":
                    children += self.expand((place,))
                else:
                    self.projects.append(place)
            except GitOpsError as problem:
                self.problems.append(problem)
        return children

    def _taken_in(self, parent: Application, child: Application) -> Application | None:
        """Make a rendered application a member; return it where what it renders in turn has to be looked at."""
        known = self._known(child, parent)
        name = _name(known or child)
        if name == _name(parent):
            return None
        ancestors = self._ancestors(_name(parent))
        if name in ancestors:
            self._condemn((*ancestors[ancestors.index(name) :: -1], name), ancestors)
            return None
        if known is not None and known.parent is not None:
            if known.parent != _name(parent):
                self._add(name, _shared(known.parent, _name(parent)))
            return None
        member = self.members[name] = self._joined(known, child, parent)
        if len(ancestors) >= DEPTH_LIMIT:
            self._add(name, _too_deep(ancestors))
            return None
        return member if known is None or _bare(known) != _bare(member) else None

    def _known(self, child: Application, parent: Application) -> Application | None:
        """Return the member that a rendered application is; a file may leave its namespace to whoever applies it.

        Of what a chart or kustomization renders nobody knows the file, and it stands for the parent's.
        """
        if (same := self.members.get(_name(child))) is not None:
            return same
        bare = self.members.get((_ANYWHERE, child.name))
        is_known = bare is not None and child.file in (bare.file, parent.file)
        return bare if is_known else None

    def _joined(self, known: Application | None, child: Application, parent: Application) -> Application:
        if known is None:
            return replace(child, parent=_name(parent))
        same = replace(child, namespace=known.namespace, parent=_name(parent))
        return same if child.file != parent.file else replace(same, file=known.file, line=known.line)

    def _ancestors(self, name: Name) -> tuple[Name, ...]:
        """Return an application and those above it, the nearest first."""
        chain = [name]
        while (member := self.members.get(chain[-1])) is not None and member.parent is not None:
            chain.append(member.parent)
        return tuple(chain)

    def _condemn(self, circle: tuple[Name, ...], ancestors: tuple[Name, ...]) -> None:
        trail = " → ".join(name for _, name in circle)
        condition = ApplicationCondition(
            type=ConditionType.INVALID_SPEC_ERROR,
            message=f"applications render each other in a circle: {trail}",
            remedy="Take one of them out of what another one renders.",
        )
        for name in dict.fromkeys(circle):
            if name in ancestors:
                self._add(name, condition)

    def _add(self, name: Name, condition: ApplicationCondition) -> None:
        member = self.members[name]
        if condition not in member.conditions:
            self.members[name] = replace(member, conditions=(*member.conditions, condition))

    def _ordered(self) -> list[Application]:
        """Return the members: roots where they stood, and who is only rendered after its parent."""
        below: dict[Name, list[Application]] = {}
        roots = {_name(root) for root in self.roots}
        for name, member in self.members.items():
            if name not in roots and member.parent is not None:
                below.setdefault(member.parent, []).append(member)

        def family(member: Application) -> list[Application]:
            return [member, *(each for child in below.get(_name(member), ()) for each in family(child))]

        seen: set[Name] = set()
        ordered: list[Application] = []
        for root in self.roots:
            if _name(root) in seen:
                ordered.append(root)  # the second of two with one name: it is a problem, and stays
            else:
                seen.add(_name(root))
                ordered += family(self.members[_name(root)])
        return ordered


def _name(application: Application) -> Name:
    return application.namespace, application.name


def _bare(application: Application) -> Application:
    return replace(application, file="", line=0, conditions=(), parent=None)


def _shared(first: Name, second: Name) -> ApplicationCondition:
    return ApplicationCondition(
        type=ConditionType.SHARED_RESOURCE_WARNING,
        message=f"both Application {first[1]} and Application {second[1]} render this one; the former's counts",
        remedy="Let one of them render it.",
    )


def _too_deep(ancestors: Sequence[Name]) -> ApplicationCondition:
    return ApplicationCondition(
        type=ConditionType.INVALID_SPEC_ERROR,
        message=f"applications render one another more than {DEPTH_LIMIT} deep, down from {ancestors[-1][1]}",
        remedy="Render them from fewer levels.",
    )
