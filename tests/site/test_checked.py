"""The page-checking client finds what it is there for, in a page whose like it has seen."""

from __future__ import annotations

import pytest
from flask import Response
from werkzeug.test import EnvironBuilder, TestResponse

from tests.checked import check_page

GOOD = """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><title>Форум — Тираж</title><link rel="icon" href="/i.svg"></head>
<body><!-- Шапка --><main><h1>Форум</h1><p>Чай &amp; кофе &nbsp; <a href="?a=1&amp;b=2">дальше</a></p>
<ul><li id="a">раз<li id="b">два</ul>
<form method="post"><input type="hidden" name="csrf_token" value="1"><label for="n">Имя</label><input id="n" name="n">
<label>Да <input type="checkbox" name="yes"></label><textarea name="t" aria-label="Текст"></textarea>
<button>Дальше</button></form>
<svg viewBox="0 0 1 1"><title>Карта</title><path d="M0 0"/></svg>
<table><tr><td>1</td></tr></table></main>
<script type="application/ld+json">{"a": "<b> && c"}</script></body></html>"""

FAULTS = {
    "a tag never closed": ("</h1>", ""),
    "a tag closed twice": ("</main>", "</main></main>"),
    "a block in a paragraph": ("<p>Чай", "<p><div>1</div>Чай"),
    "a link in a link": ("дальше</a>", "<a href='/'>дальше</a></a>"),
    "a row outside its table": ("<table><tr>", "<p><tr></p><table><tr>"),
    "a paragraph in a table": ("</tr></table>", "</tr><p>два</p></table>"),
    "words after the body": ("</body>", "</body>слова"),
    "a bare ampersand before a name": ("&amp; кофе", "&copy кофе"),
    "a reference to nothing": ("&amp; кофе", "&кофе; &#x0;"),
    "a bare less-than sign": ("&amp; кофе", "< кофе <"),
    "an attribute twice": ('<input id="n"', '<input id="n" id="n"'),
    "attributes without a space": ('<input id="n" name', '<input id="n"name'),
    "a block that closes itself": ("<h1>", "<div/><h1>"),
    "no doctype": ("<!doctype html>", ""),
    "a page that ends too early": ("</main>", ""),
    "a control character": ("Чай", "Чай\x08"),
    "an id twice": ('id="b"', 'id="a"'),
    "a heading unlike the title": ("<h1>Форум", "<h1>Форумы"),
    "two headings": ("<ul>", "<h1>Форум</h1><ul>"),
    "a field without a label": ('for="n"', 'for="m"'),
    "a form without a token": ("csrf_token", "token"),
    "an inline style": ("<main>", '<main style="color: red">'),
    "an inline script": ("</main>", "</main><script>1</script>"),
    "an inline handler": ("<main>", '<main onclick="a()">'),
    "English between words": ("Чай", "Go to the list"),
    "English in a label": ("<a href", '<a aria-label="Go to the list" href'),
}


def check(html: str, policy: bool = True) -> None:
    answer = Response(html, headers={"Content-Security-Policy": "default-src 'self'"} if policy else {})
    request = EnvironBuilder("/").get_request()
    check_page(TestResponse(answer.response, answer.status, answer.headers, request))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_in_a_page_whose_like_was_good(fault):
    check(GOOD)
    good, bad = FAULTS[fault]
    assert good in GOOD
    with pytest.raises(AssertionError):
        check(GOOD.replace(good, bad, 1))


def test_a_page_without_a_policy_is_a_fault():
    with pytest.raises(AssertionError, match="no policy"):
        check(GOOD, policy=False)


def test_other_words_in_the_same_tags_are_not_read_again():
    from tests import checked

    check(GOOD)
    known = len(checked._known)
    check(GOOD.replace("раз", "три").replace("Чай", "Вода"))
    assert len(checked._known) == known
