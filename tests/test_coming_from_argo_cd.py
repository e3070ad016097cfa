"""Whoever comes from Argo CD finds each field and setting that the program reads on one page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "coming-from-argo-cd.md").read_text()

_FIELD = re.compile(
    r'\w+\.(?:boolean|integer|items|mappings?|nested|number_text|text|text_map|texts|ignore)\("([a-z]\w*)"'
)
_KEY = re.compile(r'"((?:resource|application|kustomize|helm|jsonnet)\.[a-zA-Z.]*[a-zA-Z])\.?"')


@pytest.mark.parametrize("parser", ["application/parse", "application/project_parse", "applicationset/parse"])
def test_every_field_that_a_document_may_have_is_named(parser: str) -> None:
    fields = set(_FIELD.findall((ROOT / "gitops_action" / f"{parser}.py").read_text()))

    assert len(fields) > 20
    assert sorted(field for field in fields if not re.search(rf"\b{field}\b", PAGE)) == []


@pytest.mark.parametrize("parser", ["settings", "rendering_settings", "comparison_settings"])
def test_every_setting_that_is_read_is_named(parser: str) -> None:
    keys = set(_KEY.findall((ROOT / "gitops_action" / "application" / f"{parser}.py").read_text()))

    assert keys
    last = {key: key.removeprefix("resource.customizations") for key in keys}
    assert sorted(key for key, words in last.items() if words not in PAGE) == []
