"""An ``Application`` document → the value; wrong and unknown fields become conditions, never silence.

In: the parsed YAML of one document with its place. Out: an ``Application``, also where fields of it are wrong: those
are named in its conditions, so that the other applications of a run go on.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from gitops_action.application.application import (
    Application,
    ApplicationCondition,
    Automated,
    ConditionType,
    Destination,
    DirectorySource,
    HelmFileParameter,
    HelmParameter,
    HelmSource,
    IgnoreDifference,
    KustomizeReplica,
    KustomizeSource,
    Retry,
    Source,
    SyncPolicy,
)
from gitops_action.application.reader import FieldReader
from gitops_action.application.unsupported import unsupported_fields
from gitops_action.duration import parse_duration
from gitops_action.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops_action.resource.resource import JsonObject

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?", re.ASCII)


def parse_application(
    document: JsonObject, *, file: str = "", line: int = 0, line_of: Callable[[str], int] | None = None
) -> Application:
    """Return the application that a document describes; ``line_of`` tells in which line a field stands, by its path.

    Raises ``UsageError`` where it has no valid name, for then nothing could be said about it.
    """
    problems: list[str] = []
    unknown: list[str] = []
    root = FieldReader(document, "", problems, unknown)
    root.ignore("apiVersion", "kind", "status", "operation")
    metadata = root.nested("metadata")
    name = metadata.text("name")
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{file}:{line}: an Application is named {name!r}",
            remedy="Give it a metadata.name of lower-case letters, digits, '-' and '.'.",
        )
    spec = root.nested("spec")
    sources = [_source(source) for source in spec.items("sources")]
    single = [_source(spec.nested("source"))] if "source" in spec else []
    application = Application(
        name=name,
        namespace=metadata.text("namespace") or "argocd",
        project=spec.text("project") or "default",
        sources=tuple(sources or single),
        destination=_destination(spec.nested("destination")),
        sync_policy=_sync_policy(spec.nested("syncPolicy")),
        ignore_differences=tuple(_ignore_difference(item) for item in spec.items("ignoreDifferences")),
        info=tuple(_info(item) for item in spec.items("info")),
        revision_history_limit=spec.integer("revisionHistoryLimit", default=10),
        annotations=metadata.text_map("annotations"),
        labels=metadata.text_map("labels"),
        finalizers=metadata.texts("finalizers"),
        file=file,
        line=line,
        conditions=(),
    )
    spec.finish()
    root.finish()
    return _with_conditions(application, problems, unknown, line_of or (lambda _: line))


def parse_source(document: JsonObject) -> tuple[Source, tuple[str, ...], tuple[str, ...]]:
    """Return the source that a document describes, what is wrong with it, and the fields that nobody knows."""
    problems: list[str] = []
    unknown: list[str] = []
    source = _source(FieldReader(document, "", problems, unknown))
    return source, tuple(problems), tuple(unknown)


def _with_conditions(
    application: Application, problems: list[str], unknown: list[str], line_of: Callable[[str], int]
) -> Application:
    def place(path: str) -> str:
        return f"{application.file}:{line_of(path)}"

    if not application.sources:
        problems.append("spec.source.repoURL and either spec.source.path or spec.source.chart are required")
    if application.destination.server and application.destination.name:
        problems.append("spec.destination has both server and name")
    wrong = tuple(
        ApplicationCondition(
            type=ConditionType.INVALID_SPEC_ERROR,
            message=problem,
            remedy=f"Correct the field in {place(problem.partition(' ')[0])}.",
        )
        for problem in problems
    )
    strange = tuple(
        ApplicationCondition(
            type=ConditionType.UNSUPPORTED_WARNING,
            message=f"{place(field)}: unknown field {field} has no effect",
            remedy="Remove the field, or correct its spelling.",
        )
        for field in unknown
    )
    return replace(application, conditions=(*wrong, *strange, *unsupported_fields(application)))


def _source(reader: FieldReader) -> Source:
    source = Source(
        repo_url=reader.text("repoURL"),
        path=reader.text("path"),
        target_revision=reader.text("targetRevision"),
        chart=reader.text("chart"),
        ref=reader.text("ref"),
        name=reader.text("name"),
        tag_prefix=reader.text("tagPrefix"),
        helm=_helm(reader.nested("helm")) if "helm" in reader else None,
        kustomize=_kustomize(reader.nested("kustomize")) if "kustomize" in reader else None,
        directory=_directory(reader.nested("directory")) if "directory" in reader else None,
        plugin=reader.mapping("plugin"),
    )
    reader.finish()
    return source


def _helm(reader: FieldReader) -> HelmSource:
    helm = HelmSource(
        value_files=reader.texts("valueFiles"),
        parameters=tuple(_helm_parameter(item) for item in reader.items("parameters")),
        file_parameters=tuple(_helm_file_parameter(item) for item in reader.items("fileParameters")),
        release_name=reader.text("releaseName"),
        values=reader.text("values"),
        values_object=reader.mapping("valuesObject"),
        ignore_missing_value_files=reader.boolean("ignoreMissingValueFiles"),
        skip_crds=reader.boolean("skipCrds"),
        skip_tests=reader.boolean("skipTests"),
        skip_schema_validation=reader.boolean("skipSchemaValidation"),
        pass_credentials=reader.boolean("passCredentials"),
        namespace=reader.text("namespace"),
        version=reader.text("version"),
        kube_version=reader.text("kubeVersion"),
        api_versions=reader.texts("apiVersions"),
    )
    reader.finish()
    return helm


def _helm_parameter(reader: FieldReader) -> HelmParameter:
    parameter = HelmParameter(
        name=reader.text("name"), value=reader.number_text("value"), force_string=reader.boolean("forceString")
    )
    reader.finish()
    return parameter


def _helm_file_parameter(reader: FieldReader) -> HelmFileParameter:
    parameter = HelmFileParameter(name=reader.text("name"), path=reader.text("path"))
    reader.finish()
    return parameter


def _kustomize(reader: FieldReader) -> KustomizeSource:
    kustomize = KustomizeSource(
        name_prefix=reader.text("namePrefix"),
        name_suffix=reader.text("nameSuffix"),
        images=reader.texts("images"),
        replicas=tuple(_replica(item) for item in reader.items("replicas")),
        common_labels=reader.text_map("commonLabels"),
        common_annotations=reader.text_map("commonAnnotations"),
        force_common_labels=reader.boolean("forceCommonLabels"),
        force_common_annotations=reader.boolean("forceCommonAnnotations"),
        common_annotations_envsubst=reader.boolean("commonAnnotationsEnvsubst"),
        label_without_selector=reader.boolean("labelWithoutSelector"),
        label_include_templates=reader.boolean("labelIncludeTemplates"),
        namespace=reader.text("namespace"),
        patches=reader.mappings("patches"),
        components=reader.texts("components"),
        ignore_missing_components=reader.boolean("ignoreMissingComponents"),
        version=reader.text("version"),
        kube_version=reader.text("kubeVersion"),
        api_versions=reader.texts("apiVersions"),
    )
    reader.finish()
    return kustomize


def _replica(reader: FieldReader) -> KustomizeReplica:
    replica = KustomizeReplica(name=reader.text("name"), count=reader.number_text("count"))
    reader.finish()
    return replica


def _directory(reader: FieldReader) -> DirectorySource:
    directory = DirectorySource(
        recurse=reader.boolean("recurse"),
        include=reader.text("include"),
        exclude=reader.text("exclude"),
        disable_extension_filter=reader.boolean("disableExtensionFilter"),
        jsonnet=reader.mapping("jsonnet") or {},
    )
    reader.finish()
    return directory


def _destination(reader: FieldReader) -> Destination:
    destination = Destination(
        server=reader.text("server").rstrip("/"), name=reader.text("name"), namespace=reader.text("namespace")
    )
    reader.finish()
    return destination


def _sync_policy(reader: FieldReader) -> SyncPolicy:
    policy = SyncPolicy(
        automated=_automated(reader.nested("automated")) if "automated" in reader else None,
        sync_options=reader.texts("syncOptions"),
        retry=_retry(reader.nested("retry")) if "retry" in reader else None,
        managed_namespace_metadata=reader.mapping("managedNamespaceMetadata"),
    )
    reader.finish()
    return policy


def _automated(reader: FieldReader) -> Automated:
    automated = Automated(
        prune=reader.boolean("prune"),
        self_heal=reader.boolean("selfHeal"),
        allow_empty=reader.boolean("allowEmpty"),
        enabled=reader.boolean("enabled", default=True),
    )
    reader.finish()
    return automated


def _retry(reader: FieldReader) -> Retry:
    backoff = reader.nested("backoff")
    retry = Retry(
        limit=reader.integer("limit", default=0),
        duration=parse_duration(backoff.number_text("duration") or "5s", name="syncPolicy.retry.backoff.duration"),
        factor=backoff.integer("factor", default=2),
        max_duration=parse_duration(
            backoff.number_text("maxDuration") or "3m", name="syncPolicy.retry.backoff.maxDuration"
        ),
    )
    reader.ignore("refresh")
    backoff.finish()
    reader.finish()
    return retry


def _ignore_difference(reader: FieldReader) -> IgnoreDifference:
    ignored = IgnoreDifference(
        group=reader.text("group"),
        kind=reader.text("kind"),
        name=reader.text("name"),
        namespace=reader.text("namespace"),
        json_pointers=reader.texts("jsonPointers"),
        jq_path_expressions=reader.texts("jqPathExpressions"),
        managed_fields_managers=reader.texts("managedFieldsManagers"),
    )
    reader.finish()
    return ignored


def _info(reader: FieldReader) -> tuple[str, str]:
    info = (reader.text("name"), reader.text("value"))
    reader.finish()
    return info
