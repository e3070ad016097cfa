"""Argo CD's rules of a comparison, each asked offline."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.commands.test_check_diff import LIVE, PREDICTED, SERVICE, SETTINGS, TARGET, Files, files, rules

__all__ = ["files"]

MAP = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": %s}'
GATEWAY = '{"apiVersion": "example.com/v1", "kind": "Gateway", "metadata": {"name": "a"}, "spec": %s}'


def claim(**storage: Any) -> str:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": storage}}
    return orjson.dumps(
        {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "a"}, "spec": spec}
    ).decode()


def test_a_built_in_kind_is_compared_in_the_servers_spelling_dif_2(files: Files) -> None:
    assert files.diff(target=claim(storage="1024Mi"), live=claim(storage="1Gi"))["modified"] is False
    assert files.diff(target=claim(storage="1025Mi"), live=claim(storage="1Gi"))["modified"] is True


def test_what_the_server_adds_is_no_part_of_the_target_dif_3(files: Files) -> None:
    assert files.diff(target=TARGET, live=LIVE)["target"]["spec"].keys() == {"replicas", "template"}


def test_a_custom_kind_is_compared_as_it_is_written_dif_5(files: Files) -> None:
    target, live = GATEWAY % '{"size": "1024Mi"}', GATEWAY % '{"size": "1Gi"}'
    assert files.diff(target=target, live=live)["modified"] is True
    settings = SETTINGS + (
        "  resource.customizations.knownTypeFields.example.com_Gateway: '[{field: spec.size, type: core/Quantity}]'\n"
    )
    answer = files.diff(target=target, live=live, settings=settings)
    assert (answer["modified"], answer["hidden"]) == (
        False,
        [{"rule": "builtin:knownTypeFields", "path": "/spec/size"}],
    )


def test_the_time_of_creation_is_never_compared_dif_6(files: Files) -> None:
    target = TARGET.replace("{name: web, namespace: shop}", "{name: web, namespace: shop, creationTimestamp: null}")
    answer = files.diff(target=target, live=LIVE.replace("replicas: 5, t", "replicas: 2, t"))
    assert answer["modified"] is False
    assert "creationTimestamp" not in str(answer)


def test_what_comes_is_modified_and_what_goes_is_for_the_sync_status_to_say_dif_13(files: Files) -> None:
    assert files.diff(target=TARGET, live="")["modified"] is True
    assert files.diff(target="", live=LIVE)["modified"] is False


def test_the_last_applied_manifest_is_left_out_of_a_prediction_dif_25(files: Files) -> None:
    note = "annotations: {kubectl.kubernetes.io/last-applied-configuration: '{}'}"
    live = SERVICE.replace("TYPE", "NodePort").replace("{name: web}", f"{{name: web, {note}}}")
    predicted = PREDICTED.replace("MANAGER", "gitops-action")
    answer = files.diff(target=SERVICE.replace("TYPE", "NodePort"), live=live, predicted=predicted)
    assert answer["modified"] is False
    assert "last-applied" not in str(answer["live"]) + str(answer["predicted"])


def test_the_parent_of_a_hidden_field_stays_on_both_sides_dif_31(files: Files) -> None:
    app = rules("{group: '', kind: ConfigMap, jsonPointers: [/data/a]}")
    answer = files.diff(target=MAP % '{"a": "1"}', live=MAP % '{"a": "2"}', app=app)
    assert (answer["live"]["data"], answer["predicted"]["data"]) == ({}, {})


@pytest.mark.parametrize(("key", "is_hidden"), [("all", True), ("ConfigMap", True), ("apps_ConfigMap", False)])
def test_a_rule_of_the_settings_is_for_a_kind_or_for_all_dif_34(files: Files, key: str, is_hidden: bool) -> None:
    settings = SETTINGS + f"  resource.customizations.ignoreDifferences.{key}: 'jsonPointers: [/data/a]'\n"
    answer = files.diff(target=MAP % '{"a": "1"}', live=MAP % '{"a": "2"}', settings=settings)
    assert answer["modified"] is not is_hidden


def test_the_status_of_crds_alone_may_be_left_out_dif_35(files: Files) -> None:
    settings = SETTINGS + "  resource.compareoptions: 'ignoreResourceStatusField: crd'\n"
    both = MAP[:-1] + ', "status": %s}'
    target, live = both % ("{}", '{"a": 1}'), both % ("{}", '{"a": 2}')
    assert files.diff(target=target, live=live, settings=settings)["modified"] is True
    kind = '"apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"'
    of_crds = [side.replace('"v1", "kind": "ConfigMap"', kind) for side in (target, live)]
    assert files.diff(target=of_crds[0], live=of_crds[1], settings=settings)["modified"] is False


def test_the_pair_is_masked_together_dif_42(files: Files) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ndata: {a: %s}\n"
    answer = files.diff(target=secret % "YQ==", live=secret % "Yg==")
    assert (answer["predicted"]["data"], answer["live"]["data"]) == ({"a": "++++++++"}, {"a": "++++++++++++"})
