"""No foreign text is markup, mention, link or terminal command, whatever it is made of."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gitops_action.report.escape import attribute, clip, code, fence, html_code, lines, one_line, plain, prose
from tests.report import gfm

NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("`*_~[]()<>|&\\$@#:!-+=.^\"'{} \n\r\t\x1b\x07\x9b\u202e\u200b;x1/"),
        st.characters(codec="utf-8"),
    ),
    max_size=60,
)
UNHURRIED = settings(deadline=None)
"""A busy machine is no failure."""
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
WORDS = re.compile(r"[\u200b]")


def shown(markdown: str) -> str:
    """Return the text that a reader sees, without the breaks that keep references from being links."""
    return WORDS.sub("", gfm.parse(markdown).text)


@UNHURRIED
@given(NASTY)
def test_prose_shows_the_text_itself_and_nothing_else(text: str) -> None:
    page = gfm.parse(f"a {prose(text)} z")
    assert WORDS.sub("", page.text).split() == f"a {one_line(text)} z".split()
    assert page.elements <= {"span"}
    assert page.mentions == []
    assert page.links == page.images == page.comments == page.unclosed == []


@pytest.mark.parametrize("marker", [">", "*", ""])
@UNHURRIED
@given(text=NASTY)
def test_prose_at_the_beginning_of_a_line_begins_no_block(marker: str, text: str) -> None:
    assert _blocks(f"{marker} {prose(text)}\n") == _blocks(f"{marker} {'plain' if one_line(text) else ''}\n")


def _blocks(markdown: str) -> list[str]:
    return [token.type for token in MARKDOWN.parse(markdown) if token.type != "inline"]


@UNHURRIED
@given(NASTY)
def test_prose_in_a_table_cell_stays_in_its_cell(text: str) -> None:
    page = gfm.parse(f"| a | b |\n|:--|:--|\n| x {prose(text)} | y |\n")
    assert page.tables == 1
    assert page.ragged_rows == []
    assert WORDS.sub("", page.text).split() == f"a b x {one_line(text)} y".split()


@UNHURRIED
@given(NASTY)
def test_prose_in_an_html_element_shows_the_text_itself(text: str) -> None:
    page = gfm.parse(f"<details><summary>x {prose(text)}</summary>\n\ninside\n\n</details>\n")
    assert WORDS.sub("", page.text).split() == f"x {one_line(text)} inside".split()
    assert page.elements <= {"details", "summary", "span"}
    assert page.unclosed == []


@UNHURRIED
@given(NASTY)
def test_code_shows_the_text_itself_in_a_paragraph_and_in_a_cell(text: str) -> None:
    content = one_line(text)
    assert shown(f"a {code(text)} z").split() == f"a {content} z".split()
    page = gfm.parse(f"| a | b |\n|:--|:--|\n| x {code(text)} | y |\n")
    assert page.ragged_rows == []
    assert WORDS.sub("", page.text).split() == f"a b x {content} y".split()
    assert page.elements <= {"code", "span"}


@UNHURRIED
@given(NASTY)
def test_html_code_is_one_element(text: str) -> None:
    page = gfm.parse(f"a {html_code(text)} z")
    assert page.elements <= {"code", "span"}
    assert page.unclosed == []


@UNHURRIED
@given(NASTY)
def test_a_fence_is_closed_by_its_own_end_alone(text: str) -> None:
    tokens = MARKDOWN.parse(f"before\n\n{fence(text, 'diff')}\n\nafter\n")
    blocks = [token for token in tokens if token.type in {"fence", "paragraph_open", "html_block", "heading_open"}]
    assert [token.type for token in blocks] == ["paragraph_open", "fence", "paragraph_open"]
    assert blocks[1].content.removesuffix("\n") == "\n".join(lines(text))


@UNHURRIED
@given(NASTY)
def test_an_attribute_stays_in_its_quotes(text: str) -> None:
    page = gfm.parse(f'a <a href="https://x/{attribute(text)}">here</a> z')
    assert len(page.links) == 1
    assert page.text.split() == ["a", "here", "z"]


@UNHURRIED
@given(st.text(max_size=200))
def test_plain_text_holds_nothing_that_cannot_be_seen(text: str) -> None:
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]", plain(text))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", "click"),
        ("\x1b]0;title", ""),
        ("a\x1b", "a\\x1b"),
        ("admin\u202etxt.exe", "admin\\u202etxt.exe"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("a\r\nb\rc", "a\nb\\x0dc"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("naïve 你好 🦊", "naïve 你好 🦊"),
    ],
)
def test_control_sequences_of_a_message_go_and_hidden_characters_are_written_out(text: str, seen: str) -> None:
    assert plain(text) == seen


def test_a_line_of_a_diff_hides_nothing_and_makes_no_other_line() -> None:
    assert lines("+a\x1b[8mhidden\n+b\x0b-c\u2028+d\r\n") == ["+a\\x1b[8mhidden", "+b\\x0b-c\\u2028+d"]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("@acme/admins", "@\u200bacme/admins"),
        ("see #12 and acme/web#12", "see #\u200b12 and acme/web#\u200b12"),
        ("GH-12", "GH-\u200b12"),
        ("https://evil.example", "https:\u200b//evil.example"),
        ("www.evil.example", "www\u200b.evil.example"),
        ("mail a@b.example", "mail a@\u200bb.example"),
        (":tada:", ":\u200btada:"),
        ("$x$", "<span>$</span>x<span>$</span>"),
        ("a|b", "a&#124;b"),
        ("# heading", "&#35; heading"),
        ("- item", "&#45; item"),
        ("1. item", "1&#46; item"),
        ("23) item", "23&#41; item"),
        ("1 of 2", "1 of 2"),
        ("one\ntwo", "one two"),
        ("images: nginx:1.2", "images: nginx:1.2"),
    ],
)
def test_prose_breaks_what_github_would_make_active(text: str, escaped: str) -> None:
    assert str(prose(text)) == escaped


def test_a_line_of_a_megabyte_is_cut_and_says_so() -> None:
    assert clip("abcdef", 3) == "abc … (3 more characters)"
    assert one_line("x" * 1_000_000, 10) == f"{'x' * 10} … (999,990 more characters)"
    assert lines("+" + "x" * 1_000_000, 10) == [f"+{'x' * 9} … (999,991 more characters)"]


def test_nothing_is_shown_as_nothing() -> None:
    assert (prose(""), code(" "), html_code("\n")) == ("", "", "")
