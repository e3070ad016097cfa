"""``check diff`` and ``check mask``: the sentences of their contract, one by one."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from gitops_action.errors import ExitCode
from tests.e2e.program import Ran, run_here

if TYPE_CHECKING:
    from pathlib import Path

TARGET = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {replicas: 2, template: {spec: {containers: [{name: web, image: "web:2"}]}}}
"""
LIVE = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  uid: a
  resourceVersion: "1"
  generation: 3
  creationTimestamp: "2026-01-01T00:00:00Z"
  managedFields: [{manager: hpa, operation: Update, apiVersion: apps/v1, fieldsV1: {"f:spec": {"f:replicas": {}}}}]
spec: {replicas: 5, template: {spec: {containers: [{name: web, image: "web:2", imagePullPolicy: IfNotPresent}]}}}
status: {replicas: 5}
"""
APPLICATION = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, annotations: {}}
spec:
  project: default
  source: {repoURL: "https://example.com/web", path: .}
  destination: {server: "https://kubernetes.default.svc", namespace: shop}
  ignoreDifferences: RULES
"""
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm}\ndata:\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: web, namespace: shop}\n"


class Files:
    """Files of a test, and the program run on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def check(self, question: str, *flags: str, **files: str) -> Ran:
        """Write the files and ask; each is an option of its name."""
        arguments = []
        for name, text in files.items():
            path = self.folder / f"{name}.yaml"
            path.write_text(text)
            arguments += [f"--{name}", str(path)]
        return run_here("check", question, *arguments, *flags, environ={"PATH": ""}, folder=self.folder)

    def diff(self, *flags: str, **files: str) -> Any:
        """Return the answer."""
        ran = self.check("diff", *flags, **files)
        assert ran.code == ExitCode.OK, ran.log
        return ran.json()

    def mask(self, target: str, live: str, **files: str) -> tuple[Any, Any]:
        """Return both sides."""
        ran = self.check("mask", target=target, live=live, **files)
        assert ran.code == ExitCode.OK, ran.log
        return ran.json()["target"], ran.json()["live"]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def rules(text: str, **annotations: str) -> str:
    return APPLICATION.replace("RULES", f"[{text}]").replace("annotations: {}", f"annotations: {annotations}")


# --- diff ------------------------------------------------------------------------------------------------------------


def test_what_differs_and_both_sides_without_what_only_the_server_writes(files: Files) -> None:
    answer = files.diff(target=TARGET, live=LIVE)
    container = {"name": "web", "image": "web:2", "imagePullPolicy": "IfNotPresent"}
    side: dict[str, Any] = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": 5, "template": {"spec": {"containers": [container]}}},
    }
    assert answer == {
        "modified": True,
        "target": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "web", "image": "web:2"}]}}},
        },
        "live": side,
        "predicted": {**side, "spec": {**side["spec"], "replicas": 2}},
        "hidden": [],
    }


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ("{group: apps, kind: Deployment, jsonPointers: [/spec/replicas]}", "jsonPointer:/spec/replicas"),
        ("{group: '*', kind: Deploy*, jqPathExpressions: [.spec.replicas]}", "jq:.spec.replicas"),
        ("{group: apps, kind: Deployment, managedFieldsManagers: [hpa]}", "manager:hpa"),
    ],
)
def test_a_rule_hides_a_field_and_is_named_with_its_path(files: Files, rule: str, named: str) -> None:
    answer = files.diff(target=TARGET, live=LIVE, app=rules(rule))
    assert (answer["modified"], answer["hidden"]) == (False, [{"rule": named, "path": "/spec/replicas"}])
    assert "replicas" not in answer["live"]["spec"]
    assert "replicas" not in answer["predicted"]["spec"]


def test_a_rule_of_the_settings_hides_as_well(files: Files) -> None:
    settings = (
        SETTINGS + "  resource.customizations.ignoreDifferences.apps_Deployment: 'jsonPointers: [/spec/replicas]'\n"
    )
    assert files.diff(target=TARGET, live=LIVE, settings=settings)["modified"] is False


def test_status_is_kept_only_where_it_is_compared(files: Files) -> None:
    target = TARGET + "status: {replicas: 1}\n"
    answer = files.diff(target=target.replace("replicas: 2", "replicas: 5"), live=LIVE)
    assert answer["modified"] is False
    assert answer["hidden"] == [{"rule": "builtin:ignoreResourceStatusField", "path": "/status"}]
    assert "status" not in answer["live"]
    settings = SETTINGS + "  resource.compareoptions: 'ignoreResourceStatusField: none'\n"
    answer = files.diff(target=target, live=LIVE, settings=settings)
    assert (answer["live"]["status"], answer["predicted"]["status"]) == ({"replicas": 5}, {"replicas": 1})


def applied(manifest: dict[str, Any], **live: Any) -> str:
    text = orjson.dumps(manifest).decode()
    metadata = {"name": "a", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": text}}
    return orjson.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, **live}).decode()


def test_without_a_prediction_the_last_applied_manifest_tells_what_left_git(files: Files) -> None:
    target = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "1"}}'
    both = {"a": "1", "b": "2"}
    last = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": both}
    answer = files.diff(target=target, live=applied(last, data=both))
    assert (answer["modified"], answer["predicted"]["data"]) == (True, {"a": "1"})
    two_way = orjson.dumps({**orjson.loads(target), "data": both}).decode()
    assert files.diff(target=target, live=two_way)["modified"] is False
    broken = applied(last, data=both).replace('\\"v1\\"', "oops")
    assert files.diff(target=target, live=broken)["modified"] is False


PREDICTED = """
apiVersion: v1
kind: Service
metadata:
  name: web
  labels: {webhook: was-here}
  resourceVersion: "9"
  generation: 9
  managedFields: [{manager: MANAGER, operation: Apply, apiVersion: v1, fieldsV1: {"f:spec": {"f:type": {}}}}]
spec: {type: NodePort, clusterIP: 10.0.0.1}
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: TYPE, clusterIP: 10.0.0.1}\n"


def test_of_a_prediction_only_what_the_manager_owns_counts(files: Files) -> None:
    target, live = SERVICE.replace("TYPE", "NodePort"), SERVICE.replace("TYPE", "ClusterIP")
    predicted = PREDICTED.replace("MANAGER", "gitops-action")
    answer = files.diff(target=target, live=live, predicted=predicted)
    assert answer["modified"] is True
    assert answer["predicted"]["spec"] == {"type": "NodePort", "clusterIP": "10.0.0.1"}
    assert "labels" not in answer["predicted"]["metadata"]
    same = files.diff(target=target, live=SERVICE.replace("TYPE", "NodePort"), predicted=predicted)
    assert same["modified"] is False
    other = predicted.replace("gitops-action", "argocd-controller")
    assert files.diff("--manager", "argocd-controller", target=target, live=live, predicted=other) == answer


def test_a_webhook_counts_where_the_application_says_so(files: Files) -> None:
    live = SERVICE.replace("TYPE", "NodePort")
    app = rules("", **{"argocd.argoproj.io/compare-options": "IncludeMutationWebhook=true"})
    predicted = PREDICTED.replace("MANAGER", "gitops-action")
    answer = files.diff(target=live, live=live, predicted=predicted, app=app)
    assert (answer["modified"], answer["predicted"]["metadata"]["labels"]) == (True, {"webhook": "was-here"})


def test_documents_are_paired_and_several_are_a_list_in_the_same_order(files: Files) -> None:
    created, deleted = TARGET.replace("name: web,", "name: new,"), LIVE.replace("  name: web\n", "  name: old\n")
    answers = files.diff(target=f"{created}---{TARGET}", live=f"{deleted}---{LIVE}")
    assert [(each["target"] or each["live"])["metadata"]["name"] for each in answers] == ["new", "web", "old"]
    assert (answers[0]["live"], answers[0]["modified"], answers[0]["predicted"]) == (None, True, answers[0]["target"])
    assert (answers[2]["target"], answers[2]["modified"], answers[2]["predicted"]) == (None, False, None)


def test_a_namespace_that_one_side_does_not_say_is_the_others(files: Files) -> None:
    answer = files.diff(
        target=TARGET.replace(", namespace: shop", ""), live=LIVE.replace("replicas: 5, t", "replicas: 2, t")
    )
    assert answer["modified"] is False


def test_secrets_are_masked_and_so_is_what_looks_like_a_credential(files: Files) -> None:
    target = (
        SECRET
        + "stringData: {a: PLANTED-1, b: PLANTED-2}\n---"
        + TARGET.replace('image: "web:2"', "image: a, env: [{name: DB_PASSWORD, value: PLANTED-3}]")
    )
    live = SECRET + "data: {a: UExBTlRFRC0x}\n---" + LIVE
    ran = files.check("diff", target=target, live=live)
    assert "PLANTED" not in ran.stdout
    assert "UExBTl" not in ran.stdout
    secret, deployment = ran.json()
    assert [side["data"] for side in (secret["target"], secret["live"], secret["predicted"])] == [
        {"a": "++++++++", "b": "++++++++"},
        {"a": "++++++++"},
        {"a": "++++++++", "b": "++++++++"},
    ]
    assert deployment["predicted"]["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] == "(added)"


def test_the_exit_code_tells_only_when_asked_to(files: Files) -> None:
    assert files.check("diff", target=TARGET, live=LIVE).code == ExitCode.OK
    assert files.check("diff", "--exit-code", target=TARGET, live=LIVE).code == ExitCode.DIFFERENT
    same = LIVE.replace("replicas: 5, t", "replicas: 2, t")
    assert files.check("diff", "--exit-code", target=TARGET, live=same).code == ExitCode.OK


@pytest.mark.parametrize("expression", [".spec.", "error(1)"])
def test_a_jq_rule_that_fails_is_an_error_naming_it(files: Files, expression: str) -> None:
    app = rules(f"{{group: apps, kind: Deployment, jqPathExpressions: ['{expression}']}}")
    ran = files.check("diff", target=TARGET, live=LIVE, app=app)
    assert ran.code == ExitCode.APPLICATION
    assert f"jq:{expression}" in ran.stderr
    assert ran.stdout == ""


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"target": "a: ["}, "target.yaml"),
        ({"target": "a: 1"}, "no Kubernetes object"),
        ({"target": f"{TARGET}---{TARGET}"}, "Deployment web stands twice"),
        ({"predicted": TARGET.replace("name: web,", "name: x,")}, "Deployment x is not in both other files"),
        ({"settings": TARGET}, "no ConfigMap"),
        ({"app": TARGET}, "no Application"),
        ({"settings": SETTINGS + "  resource.compareoptions: '['\n"}, "resource.compareoptions"),
    ],
)
def test_a_file_that_is_wrong_is_named(files: Files, wrong: dict[str, str], words: str) -> None:
    ran = files.check("diff", **({"target": TARGET, "live": LIVE} | wrong))
    assert ran.code == ExitCode.USAGE
    assert words in ran.stderr


def test_a_file_that_is_not_there_is_wrong_usage(files: Files) -> None:
    ran = files.check("diff", "--target", "nowhere.yaml", "--live", "nowhere.yaml")
    assert (ran.code, "nowhere.yaml: No such file or directory" in ran.stderr) == (ExitCode.USAGE, True)
    assert files.check("diff", "--target", "-", "--live", "-").code == ExitCode.USAGE


# --- mask ------------------------------------------------------------------------------------------------------------


def test_equal_values_get_equal_masks_and_different_ones_different_masks_dif_38(files: Files) -> None:
    target, live = files.mask(
        SECRET + "data: {a: YQ==, b: YQ==, c: Yw==}", SECRET + "data: {a: YQ==, b: Yg==, d: ZA==}"
    )
    assert target["data"] == {"a": "++++++++", "b": "++++++++", "c": "++++++++"}
    assert live["data"] == {"a": "++++++++", "b": "++++++++++++", "d": "++++++++"}


def test_plain_text_in_git_is_the_same_value_as_its_base64_text_dif_7(files: Files) -> None:
    target, live = files.mask(SECRET + "stringData: {a: a}", SECRET + "data: {a: YQ==}")
    assert target["data"] == live["data"]


def test_named_annotations_are_masked_dif_39(files: Files) -> None:
    one = SECRET.replace("namespace: shop", "annotations: {token: PLANTED, other: shown}")
    target, live = files.mask(one, one, settings=SETTINGS + "  resource.sensitive.mask.annotations: 'token, x'\n")
    assert (
        target["metadata"]["annotations"] == {"token": "++++++++", "other": "shown"} == live["metadata"]["annotations"]
    )


def last_applied(**data: str) -> str:
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "web"}, "data": data}
    text = orjson.dumps(orjson.dumps(manifest).decode()).decode()
    return SECRET.replace(
        "namespace: shop", f"annotations: {{kubectl.kubernetes.io/last-applied-configuration: {text}}}"
    )


def test_the_last_applied_manifest_is_masked_with_the_same_masks_dif_40(files: Files) -> None:
    _, live = files.mask(
        SECRET.replace(", namespace: shop", "") + "data: {a: YQ==}", last_applied(a="b2xk") + "data: {a: bmV3}"
    )
    text = live["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"]
    assert live["data"] == {"a": "++++++++++++"}
    assert orjson.loads(text)["data"] == {"a": "++++++++++++++++"}


@pytest.mark.parametrize("text", ["PLANTED {", "[1]", '{"data": "PLANTED"}'])
def test_a_last_applied_manifest_that_cannot_be_read_is_one_mask_dif_40(files: Files, text: str) -> None:
    metadata = {"name": "web", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": text}}
    live = orjson.dumps({"apiVersion": "v1", "kind": "Secret", "metadata": metadata}).decode()
    _, masked = files.mask(live, live)
    assert list(masked["metadata"]["annotations"].values()) == ["++++++++"]


def test_a_last_applied_manifest_that_the_settings_name_is_one_mask_dif_40(files: Files) -> None:
    settings = SETTINGS + "  resource.sensitive.mask.annotations: kubectl.kubernetes.io/last-applied-configuration\n"
    _, live = files.mask(last_applied(a="YQ=="), last_applied(a="YQ=="), settings=settings)
    assert list(live["metadata"]["annotations"].values()) == ["++++++++"]


def test_data_that_is_null_is_passed_over_and_data_of_another_shape_is_refused_unshown_dif_41(files: Files) -> None:
    target, _ = files.mask(SECRET + "data: null", SECRET + "data: {a: YQ==}")
    assert not target.get("data")
    ran = files.check("mask", target=SECRET + "data: PLANTED", live=SECRET)
    assert ran.code == ExitCode.USAGE
    assert "Secret shop/web: data of the Secret is not a mapping" in ran.stderr
    assert "PLANTED" not in ran.log


def test_a_secret_without_a_partner_is_masked_alone(files: Files) -> None:
    ran = files.check("mask", target=SECRET + "data: {a: YQ==}", live="")
    assert ran.json()["live"] is None
    assert ran.json()["target"]["data"] == {"a": "++++++++"}


def test_a_check_asks_no_cluster_and_reads_standard_input(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((SECRET + "data: {a: YQ==}").encode())))
    ran = files.check("mask", "--target", "-", live=SECRET)
    assert ran.json()["target"]["data"] == {"a": "++++++++"}
