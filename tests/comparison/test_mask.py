"""No secret in what is shown, and no change that is hidden with it (DIF-38 to DIF-41)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from gitops_action.comparison.credentials import is_credential_name
from gitops_action.comparison.mask import mask_pair, scrub, secret_values
from tests.comparison.objects import named, parse


def secret(data: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": parse(data), **more}


def pod(content: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": parse(content)}


def test_dif38_a_secret_is_shown_key_by_key_in_words() -> None:
    live, new = mask_pair(
        secret("{same: YQ==, changed: YQ==, gone: YQ==}"), secret("{same: YQ==, changed: Yg==, come: YQ==}")
    )
    assert live is not None
    assert new is not None
    assert live["data"] == {"same": "(unchanged)", "changed": "(old value)", "gone": "(removed)"}
    assert new["data"] == {"same": "(unchanged)", "changed": "(new value)", "come": "(added)"}


def test_a_secret_that_comes_or_goes_shows_its_keys() -> None:
    assert mask_pair(None, secret("{a: YQ==}")) == (None, secret("{a: (added)}"))
    assert mask_pair(secret("{a: YQ==}"), None) == (secret("{a: (removed)}"), None)


@pytest.mark.parametrize("data", ["text", "[a, b]", "7"])
def test_dif41_a_secret_that_is_none_is_never_shown_raw(data: str) -> None:
    assert mask_pair(None, secret(data)) == (None, secret("(added)"))


def test_dif41_null_data_is_nothing_to_hide() -> None:
    assert mask_pair(secret("null"), secret("{a: YQ==}")) == (secret("null"), secret("{a: (added)}"))


def test_dif40_the_last_applied_annotation_is_hidden_in_every_kind() -> None:
    name = "kubectl.kubernetes.io/last-applied-configuration"
    for kind in ("Secret", "ConfigMap"):
        side = {"apiVersion": "v1", "kind": kind, "metadata": {"annotations": {name: json.dumps({"password": "x"})}}}
        live, _ = mask_pair(side, None)
        assert live is not None
        assert live["metadata"] == {"annotations": {name: "(removed)"}}


def test_dif39_annotations_of_the_settings_are_hidden_in_secrets() -> None:
    side = secret("{}", metadata={"annotations": {"example.com/key": "x", "example.com/plain": "y"}})
    live, _ = mask_pair(side, side, annotations=["example.com/key"])
    assert live is not None
    assert live["metadata"] == {"annotations": {"example.com/key": "(unchanged)", "example.com/plain": "y"}}


@pytest.mark.parametrize(
    ("old", "new", "masked_old", "masked_new"),
    [
        ("PASSWORD, value: a", "PASSWORD, value: b", "PASSWORD, value: (old value)", "PASSWORD, value: (new value)"),
        ("A_TOKEN, value: a", "A_TOKEN, value: a", "A_TOKEN, value: (unchanged)", "A_TOKEN, value: (unchanged)"),
        ("A_TOKEN, value: a", "A_TOKEN", "A_TOKEN, value: (removed)", "A_TOKEN"),
        ("A_TOKEN, value: $(OTHER)", "A_TOKEN, value: ''", "A_TOKEN, value: $(OTHER)", "A_TOKEN, value: ''"),
        ("A_TOKEN, value: ''", "A_TOKEN, value: b", "A_TOKEN, value: ''", "A_TOKEN, value: (new value)"),
        ("TOKEN_TTL, value: '5'", "LEVEL, value: info", "TOKEN_TTL, value: '5'", "LEVEL, value: info"),
        (
            "A_TOKEN, valueFrom: {secretKeyRef: {name: s, key: token}}",
            "A_TOKEN, value: a",
            "A_TOKEN, valueFrom: {secretKeyRef: {name: s, key: token}}",
            "A_TOKEN, value: (added)",
        ),
    ],
)
def test_environment_variables_that_look_like_credentials(old: str, new: str, masked_old: str, masked_new: str) -> None:
    texts = (f"{{containers: [{{name: app, env: [{{name: {item}}}]}}]}}" for item in (old, new, masked_old, masked_new))
    first, second, expected_old, expected_new = map(pod, texts)
    assert mask_pair(first, second) == (expected_old, expected_new)


def test_items_are_paired_by_name_so_that_a_new_first_one_is_not_taken_for_a_change() -> None:
    old = pod("{env: [{name: A_TOKEN, value: x}]}")
    new = pod("{env: [{name: FIRST, value: y}, {name: A_TOKEN, value: x}]}")
    assert mask_pair(old, new)[1] == pod("{env: [{name: FIRST, value: y}, {name: A_TOKEN, value: (unchanged)}]}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://app:hunter2@db/x", "postgres://app:(credential 1)@db/x"),
        ("level: info\npassword: hunter2\n", "level: info\npassword: (credential 1)\n"),
        ("db.password=hunter2;user=me", "db.password=(credential 1);user=me"),
        ('{"api_key": "abc", "a": 1}', '{"api_key": "(credential 1)", "a": 1}'),
        ("--token=abc --level=x", "--token=(credential 1) --level=x"),
        ("AKIAABCDEFGHIJKLMNOP", "(credential 1)"),
        ("ghp_" + "a" * 36, "(credential 1)"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.c2ln", "(credential 1)"),
        ("a\n-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nb", "a\n(credential 1)\nb"),
        ("secretName: web-tls", "secretName: web-tls"),
        ("password: ${PASSWORD}", "password: ${PASSWORD}"),
        ("tokens are fun: yes", "tokens are fun: yes"),
    ],
)
def test_texts_that_hold_credentials(text: str, shown: str) -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"file": text}}
    assert mask_pair(config, None)[0] == {"apiVersion": "v1", "kind": "ConfigMap", "data": {"file": shown}}


def test_a_changed_credential_in_a_text_shows_as_a_change() -> None:
    old, new = ({"kind": "ConfigMap", "data": {"f": f"password: {value}\nother: password={value}"}} for value in "ab")
    shown_old, shown_new = mask_pair(old, new)
    assert shown_old == {"kind": "ConfigMap", "data": {"f": "password: (credential 1)\nother: password=(credential 1)"}}
    assert shown_new == {"kind": "ConfigMap", "data": {"f": "password: (credential 2)\nother: password=(credential 2)"}}


@pytest.mark.parametrize(
    "name", ["password", "DB_PASSWORD", "apiToken", "client-secret", "aws.secret.access.key", "apiKey"]
)
def test_names_of_credentials(name: str) -> None:
    assert is_credential_name(name)


@pytest.mark.parametrize("name", ["secretName", "TOKEN_TTL", "passwordPolicy", "monkey", "automountServiceAccount", ""])
def test_names_of_other_things(name: str) -> None:
    assert not is_credential_name(name)


def test_a_change_of_type_hides_both_sides() -> None:
    assert mask_pair({"password": "x"}, {"password": {"token": "y"}}) == (
        {"password": "(old value)"},
        {"password": {"token": "(added)"}},
    )


def test_a_message_of_the_server_is_scrubbed_of_all_that_a_secret_holds() -> None:
    content = {
        "data": {"a": base64.b64encode(b"line one\nline two").decode(), "pin": "Nw=="},
        "stringData": {"b": "plain"},
    }
    secrets = secret_values(named("v1", "Secret", content))
    message = 'bad "7": line two and plain, bGluZSBvbmUKbGluZSB0d28=; 7 stays, see https://u:pw@host'
    assert scrub(message, secrets) == (
        'bad "(hidden)": (hidden) and (hidden), (hidden); 7 stays, see https://u:(credential 1)@host'
    )


def test_a_message_on_another_kind_is_scrubbed_of_its_credentials() -> None:
    secrets = secret_values(
        named("v1", "Pod", parse("spec: {env: [{name: A_TOKEN, value: hunter2}], password: other}"))
    )
    assert secrets == {"hunter2", "other"}


def test_neither_side_is_written_to() -> None:
    side = secret("{a: YQ==}")
    mask_pair(side, side)
    assert side == secret("{a: YQ==}")
