"""python -m bench [--both | --postgresql] [--markdown] [--quick] [--only WORD] [--large | --spread | …]

Every figure is a ratio to a bare Flask page asked by turns with ours, over HTTP on loopback, one client.
"""

from __future__ import annotations

import argparse
import sys

from flask import Flask

from bench import both, country, load, presence, regions, report, rush
from bench.cases import Setting, cases
from bench.client import Client
from bench.measure import Result, measure
from bench.servers import bare, product
from bench.statements import count_statements
from bench.world import COMING, change, codes, grow, some, spread, stale, world

RUSH = "A rush of sign-ups"
REGIONS = "What an answer in one region costs the pages of another"


def main() -> None:
    asked = arguments()
    if asked.both:
        both.compare([argument for argument in sys.argv[1:] if argument != "--both"])
        return
    show = report.as_markdown if asked.markdown else report.as_text
    with world(asked.postgresql) as app:
        if asked.presence:
            print(show(presence.rows(presence.run(app))), flush=True)
            return
        if asked.country:
            country.compare(app, lambda: run(app, asked))
            return
        if asked.large or asked.spread:
            small, built = run(app, asked), load.building(app)
            grow(app)
            if asked.spread:
                spread(app)
            print(show(report.growth_rows(small, run(app, asked))), flush=True)
            print(f"\nThe catalogue's sets, built before the fork: {built:.0f} ms, then {load.building(app):.0f} ms")
            return
        start = None if asked.only else load.cold_start()
        results = run(app, asked)
        if results:
            print(f"bare page: {results[0].bare_ms:.2f} ms\n\n{show(report.case_rows(results))}", flush=True)
        if not asked.only or asked.only in REGIONS:
            times = 8 if asked.quick else 40
            print(f"\n{REGIONS}\n\n{show(regions.compare(app, some(app), times))}", flush=True)
        if not asked.only or asked.only in RUSH:
            print(f"\n{RUSH}\n\n{show(report.rush_rows(rush.rush(app, asked.quick)))}", flush=True)
        if not asked.only:
            print("\n" + show(report.machine_rows(load.memory(), start)))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the product against a bare page.")
    parser.add_argument("--postgresql", action="store_true", help="on a throw-away PostgreSQL instead of SQLite")
    parser.add_argument("--both", action="store_true", help="on SQLite, then on PostgreSQL, as one report")
    parser.add_argument("--markdown", action="store_true", help="tables for docs/benchmarks.md")
    parser.add_argument("--quick", action="store_true", help="a fifth of the repetitions")
    parser.add_argument("--only", metavar="WORD", help="only cases whose name contains the word")
    parser.add_argument("--country", action="store_true", help="compare with 18,000 municipalities added")
    parser.add_argument("--presence", action="store_true", help="1,700 people tell ten minutes of presence")
    parser.add_argument("--large", action="store_true", help="compare with a catalogue of 10,000 practices")
    parser.add_argument("--spread", action="store_true", help="compare with 10,000 practices and 50,000 adoptions")
    return parser.parse_args()


def run(app: Flask, asked: argparse.Namespace) -> list[Result]:
    tickets = iter(codes(app, COMING))
    found = some(app)
    setting = Setting(
        found["practice"], found["territory"], tickets, lambda *scopes: stale(app, *scopes), lambda: change(app)
    )
    wanted = [case for case in cases(setting) if not asked.only or asked.only in case.name]
    if asked.large or asked.spread:
        wanted = [case for case in wanted if case.grows]
    results = []
    with product() as ours, bare() as theirs:
        for case in wanted:
            client, other = Client(ours.port), Client(theirs.port)
            if case.who:
                client.sign_in(case.who, load.PASSWORD)
            counted = count_statements(app, case, client.cookies)
            times = max(3, case.times // 5) if asked.quick else case.times
            results.append(measure(case, client, other, times, counted))
            print(f"· {case.name}: {results[-1].ms:.2f} ms, × {results[-1].ratio:.1f}", file=sys.stderr, flush=True)
    return results


if __name__ == "__main__":
    main()
