"""One object that the walk could not decide → its row, as the server answers a dry run.

In: a prepared target with its kind, and live where it exists. Out: a finished row. A refusal is shown as one: OutOfSync
where the target visibly differs from live, Unknown where it does not (the server refused to compare). Never writes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gitops_action.comparison.client_side import compare_on_client, last_applied
from gitops_action.comparison.ignore_differences import RuleFailed
from gitops_action.comparison.mask import scrub, secret_values
from gitops_action.comparison.model import Method, ResourceComparison, SyncStatusCode
from gitops_action.comparison.normalize import NORMALIZER, Normalizer
from gitops_action.comparison.overlay import overlay
from gitops_action.comparison.prediction import comparable, differs, keep_owned, owned_tree
from gitops_action.comparison.prepare import prepare
from gitops_action.comparison.refusal import Failure, read_failure
from gitops_action.comparison.respect import as_it_is
from gitops_action.comparison.strict import same
from gitops_action.comparison.takeover import dropped_paths, replacement
from gitops_action.comparison.unowned import given_up, is_unowned, nothing_applied
from gitops_action.errors import ClusterError, Forbidden, NotFound
from gitops_action.resource import Resource, ResourceKey
from gitops_action.resource.fields import tree_of, union, without

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.comparison.normalize import Normalized
    from gitops_action.comparison.schema import Schema
    from gitops_action.ports import ApiKind, Cluster
    from gitops_action.resource.fields import Path
    from gitops_action.resource.resource import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A prepared target and what lives under its key; ``adopts`` and ``obstacle`` as in ``ResourceComparison``."""

    key: ResourceKey
    kind: ApiKind
    target: Resource
    live: Resource | None
    adopts: bool = False
    obstacle: str = ""

    def row(
        self,
        status: SyncStatusCode,
        method: Method,
        *,
        predicted: Resource | None = None,
        normalized: Normalized | None = None,
        unknown: str = "",
        refusal: str = "",
        remedy: str = "",
    ) -> ResourceComparison:
        """Return the row of this object."""
        return ResourceComparison(
            key=self.key,
            kind=self.kind,
            target=self.target,
            live=self.live,
            predicted=predicted,
            shown=(Resource(normalized.live), Resource(normalized.predicted)) if normalized and predicted else None,
            hidden=normalized.hidden if normalized else (),
            status=status,
            method=method,
            unknown=unknown,
            refusal=refusal,
            remedy=remedy,
            adopts=self.adopts,
            obstacle=self.obstacle,
        )


def without_schema(candidate: Candidate) -> Schema | None:  # noqa: ARG001  # stands where schemas are looked up
    """Return nothing: no schema is known."""
    return None


ASK_REMEDY = "Let the server be asked: take ServerSideDiff=false out of the application's compare-options."


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """How to ask; ``include_webhooks`` counts what webhooks set, ``normalize`` takes out what is not compared.

    ``respect`` gives a target live's values where the application asks for it (DIF-44).

    ``new_namespaces`` and ``new_roles`` are created by the same sync: what needs them cannot be tried before.
    ``asks_server`` is false where the application wants no dry runs; ``schema_of`` is a custom kind's schema for
    the comparison without one; ``applied_before`` is an object as our last sync sent it, where that is on record.
    """

    cluster: Cluster
    manager: str
    asks_server: bool = True
    schema_of: Callable[[Candidate], Schema | None] = without_schema
    new_namespaces: frozenset[str] = frozenset()
    new_roles: frozenset[ResourceKey] = frozenset()
    include_webhooks: bool = False
    normalize: Normalizer = NORMALIZER
    respect: Callable[[Resource, Resource], Resource] = as_it_is
    applied_before: Callable[[ResourceKey], Resource | None] = nothing_applied

    def decide(self, candidate: Candidate) -> ResourceComparison:
        """Return the row of a candidate."""
        try:
            live = self._in_version(candidate)
            if live is not None and live is not candidate.live:
                # read in another version than what ``respect`` was asked about before
                candidate = replace(candidate, live=live, target=self.respect(candidate.target, live))
            return self._asked(candidate, live) if self.asks_server else self._on_client(candidate, live)
        except RuleFailed as failure:
            return failed_rule(candidate, failure)
        except NotFound as error:
            if candidate.live is None and _role_of(candidate.target) in self.new_roles:
                return candidate.row(SyncStatusCode.OUT_OF_SYNC, Method.CREATION)
            return self._failed(candidate, read_failure(error))
        except ClusterError as error:
            return self._failed(candidate, read_failure(error))
        except (AttributeError, KeyError, TypeError, ValueError) as surprise:
            # A malformed object is one row without an answer; it must not take the others' away.
            reason = f"the object or the server's answer is not understood ({type(surprise).__name__})"
            return candidate.row(SyncStatusCode.UNKNOWN, Method.NOT_COMPARED, unknown=reason)

    def _asked(self, candidate: Candidate, live: Resource | None) -> ResourceComparison:
        try:
            return self._creation(candidate) if live is None else self._change(candidate, live)
        except Forbidden as error:
            failure = read_failure(error)
            if not failure.may_not_ask:
                raise
            return self._on_client(candidate, live, remedy=failure.remedy)

    def _on_client(self, candidate: Candidate, live: Resource | None, *, remedy: str = "") -> ResourceComparison:
        """Compare without the server, which may not be asked, or is not to be."""
        if live is None:
            return candidate.row(SyncStatusCode.OUT_OF_SYNC, Method.CLIENT)
        return compare_on_client(
            candidate,
            live,
            manager=self.manager,
            normalize=self.normalize,
            schema=self.schema_of(candidate),
            remedy=remedy or ASK_REMEDY,
        )

    def _in_version(self, candidate: Candidate) -> Resource | None:
        """Return live as the target's apiVersion has it: lists are made in one version of a kind (TRK-12)."""
        live, target = candidate.live, candidate.target
        if live is None or live.api_version == target.api_version:
            return live
        return self.cluster.get(candidate.kind, namespace=target.namespace, name=target.name)

    def _creation(self, candidate: Candidate) -> ResourceComparison:
        target = candidate.target
        predicted = None
        if target.namespace not in self.new_namespaces or not target.namespace:
            send = self.cluster.apply if target.name else self.cluster.create
            predicted = send(candidate.kind, target, dry_run=True)
        return candidate.row(SyncStatusCode.OUT_OF_SYNC, Method.CREATION, predicted=predicted)

    def _change(self, candidate: Candidate, live: Resource) -> ResourceComparison:
        unowned = self._given_up(candidate.target, live)
        row = self._changed(candidate, live, unowned)
        return replace(row, given_up=unowned) if row.status is SyncStatusCode.OUT_OF_SYNC else row

    def _given_up(self, target: Resource, live: Resource) -> tuple[Path, ...]:
        """Return what nobody owns and an earlier apply is known to have set (W-21)."""
        known = self.known_before(live) if is_unowned(live, manager=self.manager) else None
        return given_up(known, target, live) if known else ()

    def known_before(self, live: Resource) -> JsonObject | None:
        """Return what was applied before, by our record or else by the annotation of ``kubectl apply``."""
        recorded = self.applied_before(live.key)
        return prepare(recorded, None).object if recorded else last_applied(live)

    def _changed(self, candidate: Candidate, live: Resource, unowned: tuple[Path, ...]) -> ResourceComparison:
        kind = candidate.kind
        answer = self.cluster.apply(kind, candidate.target, dry_run=True)
        owned = owned_tree(answer, self.manager)
        lost = owned_tree(live, self.manager) or {}
        dropped = (*dropped_paths(candidate.target, live, manager=self.manager), *unowned)
        if dropped:
            answer = self._without_dropped(candidate, answer, live, dropped)
            lost = union(lost, tree_of(dropped))
        before = comparable(live, has_status=kind.has_status)
        after = comparable(answer, has_status=kind.has_status)
        if owned is not None and not self.include_webhooks:
            after = keep_owned(after, before, owned, lost)
        if not differs(after, before):
            return candidate.row(SyncStatusCode.SYNCED, Method.DRY_RUN)
        normalized = self.normalize(candidate.key, live, before, after)
        if not differs(normalized.predicted, normalized.live):
            return candidate.row(SyncStatusCode.SYNCED, Method.DRY_RUN, normalized=normalized)
        predicted = Resource(after)
        if same(normalized.live, before) and same(normalized.predicted, after):
            return candidate.row(SyncStatusCode.OUT_OF_SYNC, Method.DRY_RUN, predicted=predicted)
        return candidate.row(SyncStatusCode.OUT_OF_SYNC, Method.DRY_RUN, predicted=predicted, normalized=normalized)

    def _without_dropped(
        self, candidate: Candidate, answer: Resource, live: Resource, dropped: tuple[Path, ...]
    ) -> Resource:
        """Ask what is left once the fields of an old writer are gone: an apply alone does not see them (W-21.2)."""
        wanted = without(answer.object, dropped, kept=candidate.target.object)
        return self.cluster.patch(candidate.kind, candidate.key, replacement(live, wanted), dry_run=True)

    def _failed(self, candidate: Candidate, failure: Failure) -> ResourceComparison:
        live = candidate.live
        secrets = secret_values(candidate.target) | (secret_values(live) if live else frozenset())
        words, method = scrub(failure.words, secrets), Method.DRY_RUN if live else Method.CREATION
        if live is None and failure.missing_namespace and failure.missing_namespace in self.new_namespaces:
            return candidate.row(SyncStatusCode.OUT_OF_SYNC, method)
        if not failure.is_refusal:
            return candidate.row(SyncStatusCode.UNKNOWN, Method.NOT_COMPARED, unknown=words, remedy=failure.remedy)
        if live is not None and same(overlay(candidate.target, live, manager=self.manager), live.object):
            return candidate.row(SyncStatusCode.UNKNOWN, method, unknown=words, refusal=words, remedy=failure.remedy)
        return candidate.row(SyncStatusCode.OUT_OF_SYNC, method, refusal=words, remedy=failure.remedy)


def failed_rule(candidate: Candidate, failure: RuleFailed) -> ResourceComparison:
    """Return the row of an object to which a rule cannot be put: it hides nothing, and nothing is known."""
    return candidate.row(SyncStatusCode.UNKNOWN, Method.NOT_COMPARED, unknown=str(failure), remedy=RULE_REMEDY)


RULE_REMEDY = "Correct the rule, or remove it from ignoreDifferences."


def _role_of(target: Resource) -> ResourceKey | None:
    """Return the role that a binding names: to bind it, a user without ``bind`` must have its rules, so it is read."""
    reference = target.object.get("roleRef")
    if target.group != "rbac.authorization.k8s.io" or not isinstance(reference, dict):
        return None
    kind, name = str(reference.get("kind")), str(reference.get("name"))
    return ResourceKey(target.group, kind, target.namespace if kind == "Role" else "", name)
