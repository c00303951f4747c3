from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import func, select

from activity.models import Entry
from kernel.db import db
from kernel.documents.sheets import Column, xlsx
from kernel.imports import Verdict
from kernel.transaction import writing
from practices import cli, importer
from practices.cells import PRACTICE_HEADINGS
from practices.exports import workbook
from practices.models import Admission, Practice, PracticeEdition
from territories.gazetteer import Gazetteer
from tests.practices.conftest import DEMO


def table(*rows, headings=("Название", "Муниципалитет", "Для кого", "Затраты в год", "Статус")):
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(headings)
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8-sig")


def carry_out(plan):
    with writing():
        importer.carry_out(plan, by=None)


def test_the_whole_file_comes_in_and_again_changes_nothing(catalogue):
    assert db.session.scalar(select(func.count()).select_from(Practice)) == 33
    entries = db.session.scalar(select(func.count()).select_from(Entry))
    plan = importer.plan("practices.csv", (DEMO / "practices.csv").read_bytes())
    assert plan.summary() == "created 0, changed 0, skipped 33, errors 0"
    carry_out(plan)
    assert db.session.scalar(select(func.count()).select_from(Entry)) == entries


def test_a_passport_is_read_whole(catalogue):
    practice = db.session.scalars(select(Practice).where(Practice.source_id == "P01")).one()
    assert practice.slug == "domashniy-konsultant"
    assert practice.organisation.code == "rc-ranney-pomoshchi-angarsk"
    assert {group.value for group in practice.target_groups} == {"disabled_child", "pregnant", "all"}
    assert (practice.cost_once, practice.cost_year, practice.staff) == (310000, 1480000, 2.5)
    assert (len(practice.steps), len(practice.core), len(practice.risks), len(practice.results)) == (7, 5, 3, 3)
    assert practice.results[1]["baseline"] is None
    assert practice.admission is Admission.published
    assert db.session.scalars(
        select(PracticeEdition.number).where(PracticeEdition.practice_id == practice.id)
    ).all() == [1]


def test_russian_headings_and_words(app):
    plan = importer.plan("t.csv", table(("Клуб отцов", "Тайшетский район", "Отцы; Подростки", "120 000", "Черновик")))
    assert plan.summary() == "created 1, changed 0, skipped 0, errors 0"
    carry_out(plan)
    practice = db.session.scalars(select(Practice)).one()
    assert (practice.slug, practice.cost_year, practice.territory.oktmo) == ("klub-ottsov", 120000, "25536000")


def test_bad_rows_say_what_is_wrong_and_nothing_comes_in(app):
    rows = [
        ("Хорошая", "Братск", "Отцы", "1000", ""),
        ("", "Братск", "", "", ""),
        ("Без места", "Тайшецкий район", "", "", ""),
        ("Дорогая", "Братск", "Марсиане", "много", "почти готова"),
        ("Хорошая", "Братск", "", "", ""),
    ]
    plan = importer.plan("t.csv", table(*rows))
    assert [row.verdict for row in plan.rows] == [Verdict.create, *[Verdict.error] * 4]
    assert plan.rows[1].messages == ["Не\u00a0указано название практики."]
    assert plan.rows[2].messages[0].startswith("Муниципалитета «Тайшецкий район» нет. Возможно: Тайшетский")
    assert len(plan.rows[3].messages) == 3
    assert plan.rows[4].messages == ["Эта\u00a0же практика стоит в\u00a0строке 2."]


def test_a_change_is_named_and_what_is_absent_stays(catalogue):
    body = table(
        ("P01", "Домашний консультант", "25703000", "99"), headings=("ID", "Название", "ОКТМО", "Затраты в год")
    )
    plan = importer.plan("t.csv", body)
    assert (plan.rows[0].verdict, plan.rows[0].messages) == (Verdict.change, ["Затраты в год, ₽"])
    assert len(plan.absent) == 32
    carry_out(plan)
    practice = db.session.scalars(select(Practice).where(Practice.source_id == "P01")).one()
    assert (practice.cost_year, practice.edition, practice.cost_once) == (99, 2, 310000)


def test_the_export_can_be_read_back(catalogue):
    body = workbook(select(Practice))
    plan = importer.plan("practices.xlsx", body)
    faults = {row.title: row.messages for row in plan.rows if row.verdict is not Verdict.same}
    assert faults == {}


def test_without_the_right_to_publish_a_row_becomes_a_draft(app):
    read = importer.read("t.csv", table(("Клуб", "Братск", "Отцы", "", "В каталоге")))
    plan = importer.plan_rows(read, may_publish=False)
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in plan.rows[0].warnings] == [
        "Сфера не указана: по ней практику не найдут.",
        "У вас нет права публиковать: практика останется черновиком.",
    ]
    carry_out(plan)
    assert db.session.scalars(select(Practice.admission)).all() == [Admission.draft]


def test_without_the_right_to_publish_nothing_leaves_the_catalogue(app):
    carry_out(importer.plan("t.csv", table(("Клуб", "Братск", "Отцы", "", "В каталоге"))))
    for status in ("Черновик", "В архиве", "На проверке"):
        read = importer.read("t.csv", table(("Клуб", "Братск", "Отцы", "", status)))
        plan = importer.plan_rows(read, may_publish=False)
        assert plan.rows[0].messages == []
        assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in plan.rows[0].warnings] == [
            "Сфера не указана: по ней практику не найдут.",
            "У вас нет права публиковать и снимать с публикации: статус останется прежним.",
        ]
        carry_out(plan)
        assert db.session.scalars(select(Practice.admission)).all() == [Admission.published]


def test_the_right_to_publish_holds_where_it_is_given(app):
    rows = [("Клуб", "Братск", "Отцы", "", "В каталоге"), ("Школа", "Тулун", "Отцы", "", "В каталоге")]
    here = Gazetteer("25000000").find("Братск").id
    carry_out(importer.plan_rows(importer.read("t.csv", table(*rows)), publishing={here}))
    admissions = dict(db.session.execute(select(Practice.name, Practice.admission)).all())
    assert admissions == {"Клуб": Admission.published, "Школа": Admission.draft}


def test_foreign_territories_are_refused(app):
    plan = importer.plan_rows(importer.read("t.csv", table(("Клуб", "Братск", "", "", ""))), territories={1})
    assert plan.rows[0].messages == ["Эта территория не\u00a0в\u00a0вашем ведении."]


def test_the_command_previews_then_imports(app):
    runner = app.test_cli_runner()
    path = str(DEMO / "organisations.csv")
    shown = runner.invoke(cli.import_organisations, [path])
    assert (shown.exit_code, shown.output.splitlines()[-1]) == (0, "created 95, changed 0, skipped 0, errors 0")
    assert runner.invoke(cli.import_organisations, [path, "--yes"]).exit_code == 0
    again = runner.invoke(cli.import_organisations, [path])
    assert again.output.splitlines()[-1] == "created 0, changed 0, skipped 95, errors 0"


def test_the_command_fails_on_errors(app, tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(
        xlsx("t", [Column(PRACTICE_HEADINGS[name][0]) for name in ("name", "territory")], [("Клуб", "Атлантида")])
    )
    result = app.test_cli_runner().invoke(cli.import_practices, [str(path), "--yes"])
    assert (result.exit_code, result.output.splitlines()[-1]) == (1, "created 0, changed 0, skipped 0, errors 1")
    assert db.session.scalars(select(Practice)).all() == []


NUMBERED = ("ID", "Название", "Муниципалитет", "Для кого")


def numbered(*names: str, heading: str = "ID") -> bytes:
    rows = [(str(number), name, "Братск", "Отцы") for number, name in enumerate(names, start=1)]
    return table(*rows, headings=(heading, *NUMBERED[1:]))


@pytest.mark.parametrize("heading", ["ID", "№ п/п", "№"])
def test_a_number_is_no_identity(app, heading):
    """A row inserted on top takes nobody's card: each practice keeps its address."""
    carry_out(importer.plan("t.csv", numbered("Няня на час", "Школа отцов", heading=heading)))
    before = {practice.name: practice.slug for practice in db.session.scalars(select(Practice))}
    plan = importer.plan("t.csv", numbered("Тёплый дом", "Няня на час", "Школа отцов", heading=heading))
    assert plan.summary() == "created 1, changed 0, skipped 2, errors 0"
    carry_out(plan)
    after = {practice.name: practice.slug for practice in db.session.scalars(select(Practice))}
    assert {name: after[name] for name in before} == before
    assert len(after) == 3


def test_another_municipality_may_number_its_list_too(app):
    carry_out(importer.plan("t.csv", numbered("Няня на час")))
    plan = importer.plan("t.csv", table(("1", "Школа отцов", "Тулун", "Отцы"), headings=NUMBERED))
    assert plan.summary() == "created 1, changed 0, skipped 0, errors 0"
    carry_out(plan)
    assert {one.name: one.source_id for one in db.session.scalars(select(Practice))} == {
        "Няня на час": "1",
        "Школа отцов": None,
    }


def test_a_practice_renamed_under_its_number_keeps_its_address(app):
    carry_out(importer.plan("t.csv", numbered("Няня на час")))
    plan = importer.plan("t.csv", numbered("Няня на два часа"))
    assert [(row.verdict, row.messages) for row in plan.rows] == [(Verdict.change, ["Название"])]
