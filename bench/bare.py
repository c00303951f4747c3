"""The yardstick: a Flask application with one page of 2 kB, served by the same settings."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)
BARE_PAGE = "<!doctype html><title>Bare</title><p>" + "x" * 2000


@app.get("/")
def page() -> str:
    return BARE_PAGE
