from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gitops_action.errors import UsageError
from gitops_action.resource.yaml import YamlError, load_documents

TABLE = Path(__file__).parents[1] / "testdata" / "yaml-go.jsonl"


def as_the_api_server_reads(number: str) -> int | float:
    """What fits no 64-bit integer is a float to the API server."""
    value = int(number)
    return value if -(1 << 63) <= value < 1 << 64 else float(value)


ROWS: list[dict[str, Any]] = [
    json.loads(line, parse_int=as_the_api_server_reads) for line in TABLE.read_text("utf-8").split("\n") if line
]


def values(text: bytes | str) -> list[Any]:
    return [value for value, _ in load_documents(text, source="app.yaml")]


@pytest.mark.parametrize("row", [row for row in ROWS if "json" in row], ids=lambda row: repr(row["yaml"]))
def test_a_text_is_read_as_sigs_k8s_io_yaml_reads_it(row: dict[str, Any]) -> None:
    # Go reads the first document of a text only.
    first = (values(row["yaml"]) or [None])[0]
    assert json.dumps(first) == json.dumps(row["json"])


@pytest.mark.parametrize("row", [row for row in ROWS if "error" in row], ids=lambda row: repr(row["yaml"]))
def test_a_text_that_go_refuses_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(YamlError, match=r"^app\.yaml:[0-9]+: "):
        load_documents(row["yaml"], source="app.yaml")


def test_documents_come_with_the_line_where_their_content_begins_and_empty_ones_are_left_out() -> None:
    text = "# a comment\n---\na: 1\n---\n# nothing\n---\n\nb: 2\n...\n---\n~\n--- {c: 3}\n"
    assert load_documents(text, source="app.yaml") == [({"a": 1}, 3), ({"b": 2}, 8), ({"c": 3}, 12)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "app.yaml:3: duplicate key 'a'"),
        ('a: 1\n"a": 3\n', "app.yaml:2: duplicate key 'a'"),
        ('1: a\n"1": b\n', "app.yaml:2: duplicate key '1'"),
        ('{"a": 1,\n "a": 2}', "app.yaml:2: duplicate key 'a'"),
        ("a: {b: .inf}", "app.yaml:1: inf cannot be written as JSON"),
        ("a: 1\n~: 2", "app.yaml:2: invalid map key: null cannot be a key"),
        (
            "12345678901234567890: 1",
            "app.yaml:1: invalid map key: the number 12345678901234567890 is too large for a key",
        ),
        ("? {a: 1}\n: b", "app.yaml:1: invalid map key: a mapping or sequence"),
        ("a: &x [1]\n*x : b", "app.yaml:2: invalid map key: a mapping or sequence"),
        ("a: [1", "app.yaml:2: while parsing a flow sequence, did not find expected ',' or ']'"),
        ("a: b\n\x07", "app.yaml:2: control characters are not allowed"),
        ("a: \ud800", "app.yaml:1: not Unicode text: surrogates not allowed"),
        (b"a: 1\nb: \xff", "app.yaml:2: not UTF-8 text: invalid start byte"),
        (b"\xff\xfea\x00\n", "app.yaml:1: not UTF-16 text: truncated data"),
        ("a: 1\n---\n\ufeffb: 1", "app.yaml:3: byte order mark (U+FEFF) inside the text: remove it"),
        ("a: &a {b: *a}", "app.yaml:1: anchor 'a' value contains itself"),
        ("a: *b", "app.yaml:1: unknown anchor 'b' referenced"),
        ("a: 1\n<<: [1]", "app.yaml:2: map merge requires map or sequence of maps as the value"),
        ("a: !!binary '*'", "app.yaml:1: !!binary value contains invalid base64 data"),
        ("a: !!int x", "app.yaml:1: cannot decode !!str 'x' as a !!int"),
    ],
)
def test_errors_name_file_line_and_problem(text: bytes | str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_documents(text, source="app.yaml")
    assert str(caught.value) == problem


def test_an_error_says_where_it_is_for_annotations() -> None:
    with pytest.raises(YamlError) as caught:
        load_documents("a: 1\na: 2\n", source="web/app.yaml")
    assert (caught.value.source, caught.value.line, caught.value.exit_code) == ("web/app.yaml", 2, 2)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[" * 100_000, "app.yaml:1: nested deeper than 200 levels"),
        ("a: " + "[" * 200 + "]" * 200, "app.yaml:1: nested deeper than 200 levels"),
        ('{"a":' * 300 + "1" + "}" * 300, "app.yaml:1: nested deeper than 200 levels"),
        ("- " * 300 + "a", "app.yaml:1: nested deeper than 200 levels"),
        ("\n".join(["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
                   + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]),
         "app.yaml:4: document contains excessive aliasing"),
    ],
    ids=["flow", "flow in a mapping", "JSON", "block", "billion laughs"],
)  # fmt: skip
def test_what_would_exhaust_memory_or_stack_is_refused_by_a_named_limit(text: str, problem: str) -> None:
    with pytest.raises(YamlError) as caught:
        load_documents(text, source="app.yaml")
    assert str(caught.value) == problem


def test_a_text_of_more_than_64_mib_is_refused() -> None:
    with pytest.raises(YamlError) as caught:
        load_documents(b" " * (64 * 1024 * 1024 + 1), source="app.yaml")
    assert str(caught.value) == "app.yaml: larger than 64 MiB"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_a_byte_order_mark_says_the_encoding(encoding: str) -> None:
    assert values("a: é😀\n".encode(encoding)) == [{"a": "é😀"}]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: &x {k: 1, l: 1}\nb:\n  k: 2\n  <<: *x\n  l: 3\n", {"a": {"k": 1, "l": 1}, "b": {"k": 1, "l": 3}}),
        (
            "c: &c {k: 1}\nd: &d {k: 2, m: 2}\nb: {<<: [*c, *d]}",
            {"c": {"k": 1}, "d": {"k": 2, "m": 2}, "b": {"k": 1, "m": 2}},
        ),
        ('a: {"<<": 1}', {"a": {"<<": 1}}),
    ],
    ids=["the order of keys counts", "the first of a list wins", "a quoted key is no merge"],
)
def test_merge_keys_follow_go_yaml_v2(text: str, value: object) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1.0, "b": 1e3, "c": "\\/", "d": "\\ud83d\\ude00"}', {"a": 1, "b": 1000, "c": "/", "d": "😀"}),
        ("{a: b, 'c': yes}", {"a": "b", "c": True}),
        ("[1, 2]", [1, 2]),
        ('{"a": NaN}', {"a": "NaN"}),
        ('{"a": 1e400}', {"a": "1e400"}),
    ],
)
def test_json_is_read_as_json_and_flow_style_as_yaml(text: str, value: object) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("1.0", "1"), ("1e6", "1e+06"), ("123456", "123456"), ("0.1", "0.1"), ("1e-5", "1e-05"), ("3.4e39", ".inf"),
        (".nan", ".nan"), ("-.inf", "-.inf"), ("0x10", "16"), ("on", "true"), ("N", "false"), ("-0.0", "-0"),
        ("16777217.5", "1.6777218e+07"), ("2001-01-01", "2001-01-01"), ("!!str 1", "1"), ("'1.0'", "1.0"),
    ],
)  # fmt: skip
def test_keys_become_text_as_gos_json_writes_them(key: str, text: str) -> None:
    assert values(f"{key}: x") == [{text: "x"}]


def test_a_key_that_is_an_alias_of_a_scalar_counts_as_that_scalar() -> None:
    assert values("a: &x 1e6\n*x : b") == [{"a": 1000000, "1e+06": "b"}]


def test_two_spellings_of_one_boolean_key_are_one_key_and_the_last_one_counts() -> None:
    assert values("yes: a\ny: b\non: c\n") == [{"true": "c"}]


def test_a_number_beyond_64_bits_is_the_float_that_the_api_server_makes_of_it() -> None:
    assert values("a: 18446744073709551615\nb: 18446744073709551616\nc: 1e19") == [
        {"a": 18446744073709551615, "b": 1.8446744073709552e19, "c": 1e19}
    ]
