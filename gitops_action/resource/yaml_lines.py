"""In which line of a text a field stands, for messages: values themselves carry no lines.

In: a text, the line in which one of its documents begins, and a path such as ``spec.sources[0].helm``. Out: the line of
the field's name, or the document's where the path is not found. Reads the text again, so it is asked only where there
is something to say.
"""

from __future__ import annotations

import re

import yaml

_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


def line_of(text: bytes | str, document: int, path: str) -> int:
    """Return the line (from 1) of a field of the document that begins at line ``document``."""
    try:
        for root in yaml.compose_all(text, Loader=yaml.CSafeLoader):
            if root is not None and root.start_mark.line + 1 == document:
                return _found(root, path) or document
    except yaml.YAMLError:  # what Go reads and PyYAML does not
        return document
    return document


def _found(node: yaml.Node, path: str) -> int:
    """Return the line of the deepest part of the path that is there."""
    line = 0
    for name, index in _STEP.findall(path):
        if index and isinstance(node, yaml.SequenceNode) and int(index) < len(node.value):
            node = node.value[int(index)]
            line = node.start_mark.line + 1
            continue
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        below = next((pair for pair in pairs if isinstance(pair[0], yaml.ScalarNode) and pair[0].value == name), None)
        if below is None:
            return line
        line = below[0].start_mark.line + 1
        node = below[1]
    return line
