from __future__ import annotations

import pytest

from kernel.assets import asset


@pytest.mark.parametrize(
    ("header", "zipped"),
    [
        ("gzip, deflate, br, zstd", True),
        ("GZIP", True),
        ("gzip;q=0.1", True),
        ("*", True),
        ("br;q=1, *;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0, *", False),
        ("identity;q=1, *;q=0", False),
        ("br", False),
        ("nogzip", False),
        ("", False),
    ],
)
def test_a_compressed_answer_is_for_those_who_take_it(app, header, zipped):
    with app.test_request_context():
        style = asset("css/site.css")
    for path in ("/forums/", style):
        answer = app.test_client().get(path, headers={"Accept-Encoding": header})
        assert (answer.headers.get("Content-Encoding") == "gzip", answer.data[:2] == b"\x1f\x8b") == (zipped, zipped)
        assert "Accept-Encoding" in answer.headers["Vary"]
