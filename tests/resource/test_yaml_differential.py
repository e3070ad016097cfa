"""Generated YAML is read as the reader of Kubernetes reads it: the same values, and errors where it has errors.

The other side is ``sigs.k8s.io/yaml`` itself (``tools/yaml-reader``).
"""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitops_action.resource.yaml import YamlError, load_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Tools

_ERROR = object()
_EXACT = 1 << 63
_REFUSED = re.compile("expected <document start>|duplicate key|while scanning a tag")
"""What we refuse and Go passes over: what stands behind the first document, a key that is there twice, and a tag that
runs into a bracket (``![``)."""
_PLAIN = (
    "a b", "yes", "No", "on", "off", "y", "N", "true", "null", "~", "", "1", "-1", "+1", "0", "007", "08", "0o17",
    "0x1F", "0b101", "1_000", "1e3", "1E-2", "1.0", ".5", "1.", "+.5", ".inf", "-.Inf", ".nan", "22:22", "1:30:00",
    "2001-01-01", "2001-12-14t21:59:43.10-05:00", "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "1e400", "=", "<<", "-", "- a", "a: b", "a:b", "a #b", "a#b", "@a", "`a", "%a", "!!str 1",
    "!!int '3'", "!!float 3", "!!bool yes", "!!binary aGk=", "&x a", "*x", "{a}", "[a", "'it''s'", '"\\u00e9\\n"',
    '"a\\\n  b"', "|\n  lit\n  eral", ">-\n  fol\n  ded", "é", "\U0001f600", "a\tb", "? a", "...", "---", "0.1e1",
    "1__0", "_1", "0_", "0x", "1e", "e1", "+", "..", "- - a", "?", ":", ",", "a,b", "]", "!x y", "!<tag:x> y",
)  # fmt: skip
_KEYS = ("a", "b", "c", "1", "true", "yes", "null", "~", "1.5", "0x1F", "'q'", '"d"', "<<", "a b", "? x", "2001-01-01")


def _block(value: Any, indent: str = "") -> str:
    """Return a value, whose scalars are YAML already, in block style."""
    if isinstance(value, dict) and value:
        return "".join(f"\n{indent}{key}: {_block(each, indent + '  ')}" for key, each in value.items())
    if isinstance(value, list) and value:
        return "".join(f"\n{indent}- {_block(each, indent + '  ')}" for each in value)
    return {"{}": "{}", "[]": "[]"}.get(str(value), str(value)).replace("\n", f"\n{indent}")


def _flow(value: Any) -> str:
    """Return a value in flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return str(value)


_SCALARS = st.sampled_from(_PLAIN) | st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Z")), max_size=5)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=3),
    max_leaves=6,
)
_TEXTS = (
    st.builds(_block, _VALUES)
    | st.builds(_flow, _VALUES)
    | st.builds("{}: &x {}\nz: *x\n<<: *x\n".format, st.sampled_from(_KEYS), st.builds(_flow, _VALUES))
    | st.text("ab:-#'\"[]{},&*!|>?%@ \n\t0123~", max_size=25)
)


class Reader(Protocol):
    """Reads a text, as Go would."""

    def __call__(self, text: str) -> Any:
        """Return the value, or ``_ERROR``."""


@pytest.fixture(scope="module")
def go(tools: Tools) -> Iterator[Reader]:
    with subprocess.Popen([tools.path("yaml-reader")], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        pipe_in, pipe_out = process.stdin, process.stdout

        def read(text: str) -> Any:
            pipe_in.write(json.dumps(text).encode() + b"\n")
            pipe_in.flush()
            found = json.loads(pipe_out.readline())
            return _ERROR if "error" in found else found["value"]

        yield read
        pipe_in.close()


def _check(go: Reader, text: str) -> None:
    """Assert that both read the same, or that both refuse."""
    theirs, problem = go(text), ""
    ours: Any = _ERROR
    try:
        documents = load_documents(text, source="x")
        ours = documents[0][0] if documents else None
    except YamlError as error:
        problem = error.problem
    if ours is _ERROR:
        assert theirs is _ERROR or _REFUSED.search(problem), (text, problem, theirs)
    else:
        assert theirs is not _ERROR, (text, ours)
        assert _same(ours, theirs), (text, ours, theirs)


def _same(ours: Any, theirs: Any) -> bool:
    match ours, theirs:
        case dict(), dict():
            return ours.keys() == theirs.keys() and all(_same(value, theirs[key]) for key, value in ours.items())
        case list(), list():
            return len(ours) == len(theirs) and all(map(_same, ours, theirs))
        case (bool(), _) | (_, bool()):
            return ours is theirs
        case (int() | float(), int() | float()) if abs(ours) >= _EXACT:
            return float(ours) == float(theirs)  # Go writes 18446744073709552000 for 1.8446744073709552e+19
        case _:
            return bool(ours == theirs)


def _is_one_document(text: str) -> bool:
    """Return whether the text holds no second document: Go reads the first alone, where we read them all."""
    return not any(line.startswith(("---", "...")) for line in text.splitlines()[1:])


@settings(max_examples=500, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(text=_TEXTS.filter(_is_one_document))
def test_a_generated_text_is_read_as_kubernetes_reads_it(go: Reader, text: str) -> None:
    _check(go, text)


@pytest.mark.parametrize("text", _PLAIN)
@pytest.mark.parametrize("shape", ["{}", "a: {}", "- {}", "{}: a", "[{}]", "{{a: {}}}"])
def test_each_telling_scalar_in_each_place_is_read_as_kubernetes_reads_it(go: Reader, shape: str, text: str) -> None:
    if _is_one_document(whole := shape.format(text)):
        _check(go, whole)
