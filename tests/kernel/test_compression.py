"""What is sent compressed: to those who take it, in the coding they like best, under a tag of its own."""

from __future__ import annotations

import gzip

import brotli
import pytest

from kernel.assets import asset, compact

AS_IT_IS = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


@pytest.fixture
def addresses(app):
    with app.test_request_context():
        return ("/forums/", asset("css/site.css"), asset("js/site.js"))


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("BR", "br"),
        ("gzip;q=0.1", "gzip"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("br;q=1, *;q=0.5", "br"),
        ("gzip;q=0", ""),
        ("gzip; q=0.0, *;q=0", ""),
        ("identity;q=1, *;q=0", ""),
        ("identity, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip", "gzip"),
        ("nogzip", ""),
        ("", ""),
    ],
)
def test_an_answer_comes_in_the_coding_that_is_liked_best(app, addresses, header, coding):
    for path in addresses:
        plain = app.test_client().get(path)
        answer = app.test_client().get(path, headers={"Accept-Encoding": header})
        assert answer.headers.get("Content-Encoding", "") == coding
        assert AS_IT_IS[coding](answer.data) == plain.data
        assert "Accept-Encoding" in answer.headers["Vary"]


def test_each_coding_has_a_tag_of_its_own_and_is_known_by_it(app, addresses):
    client = app.test_client()
    for path in (*addresses, addresses[1].replace("/static/v-", "/static/v-0")):
        tags = {coding: client.get(path, headers={"Accept-Encoding": coding}).headers["ETag"] for coding in AS_IT_IS}
        assert len(set(tags.values())) == 3
        for coding, tag in tags.items():
            again = client.get(path, headers={"Accept-Encoding": coding, "If-None-Match": tag})
            assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
        other = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": tags["br"]})
        assert (other.status_code, gzip.decompress(other.data)[:1]) == (200, client.get(path).data[:1])


def test_what_compresses_badly_or_is_of_an_unknown_kind_is_sent_as_it_is(app):
    with app.test_request_context():
        other = asset("css/order.txt")
    answer = app.test_client().get(other, headers={"Accept-Encoding": "gzip, br"})
    assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, None)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ('a::before {\n  content: "{ a ; b }  /* no */";\n}\n', 'a::before{content:"{ a ; b }  /* no */"}'),
        ("a { content: '\\'  ;'; }", "a{content:'\\'  ;'}"),
        ("a { background: url(data:image/svg+xml;a, b); }", "a{background:url(data:image/svg+xml;a, b)}"),
        ("@layer x {\n  .a :is(b,\n    i) { color: red; }\n}", "@layer x{.a :is(b,i){color:red}}"),
        ("a { inline-size: calc(1px + 2px) ; }\n\n/* gone { */\nb > i {}", "a{inline-size:calc(1px + 2px)}b > i{}"),
        (":root { --line: 1px  solid; }", ":root{--line:1px solid}"),
    ],
)
def test_a_style_sheet_loses_nothing_but_space_and_comments(written, sent):
    assert compact(written).strip() == sent
