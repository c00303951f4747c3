"""What is good comes in, in the browser and by the command; what is left out is taken away, put right and loaded."""

from __future__ import annotations

import io
import json
import re
import stat
from datetime import date, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from forum.models import Forum
from kernel.db import db
from kernel.transaction import writing
from practices.models import Practice
from programme.models import Slot
from registrations.models import Registration
from territories.models import Territory
from tests import factories

FORUM = "/manage/forums/prosemyu-2027"
TABLES = {
    "programme": (
        ["programme", "--forum", "prosemyu-2027"],
        f"{FORUM}/programme/import",
        Slot,
        "Начало;Окончание;Секция;Зал;Вид;Название",
        "09:00;10:00;Общая;Зал;Открытие;Открытие",
        "полдень;13:00;Общая;Зал;Выступление;Доклад",
        ("полдень", "12:00"),
        "07:00;21:30;Общая;Фойе;Фильм;Выставка",
    ),
    "participants": (
        ["registrations", "--forum", "prosemyu-2027"],
        f"{FORUM}/registrations/import",
        Registration,
        "ФИО;E-mail",
        "Примерова Анна;anna@example.org",
        "Тестов Пётр;petr",
        ("petr", "petr@example.org"),
        "Сухарто;s@example.org",
    ),
    "practices": (
        ["practices"],
        "/manage/practices/import",
        Practice,
        "Название;Муниципалитет;Затраты в год",
        "Клуб;Братск;1000",
        "Школа;Братск;много",
        ("много", "2000"),
        None,
    ),
    "territories": (
        ["territories"],
        "/manage/territories/import",
        Territory,
        "ОКТМО;Наименование;Население",
        "81624000;Кабанский муниципальный район;55000",
        "81701000;город Улан-Удэ;много",
        ("много", "437565"),
        None,
    ),
}
EACH = pytest.mark.parametrize("name", TABLES)


@pytest.fixture
def administrator(app, sign_in):
    with writing():
        factories.forum()
        person = factories.administrator()
    return sign_in(person)


def number(of) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(of)) or 0


def lines(body: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()


def csv(*rows: str | None) -> bytes:
    return "\n".join(row for row in rows if row).encode()


@EACH
def test_in_the_browser(administrator, name):
    _command, page, model, head, good, bad, mended, doubtful = TABLES[name]
    before = number(model)
    here = upload(administrator, page, "list.csv", csv(head, good, bad, doubtful))
    confirm = here if name == "participants" else f"{here.split('?')[0]}/confirmation"
    token = administrator.token(here)
    answer = administrator.post(confirm, data={"csrf_token": token})
    assert answer.location == here
    assert number(model) == before + 1
    shown = administrator.get(here).get_data(as_text=True).replace("\u00a0", " ")
    assert "1 строка с ошибкой" in shown
    if doubtful:
        sure = re.search(r'name="sure"[^>]*value="([0-9a-f]+)"', shown)
        administrator.post(confirm, data={"csrf_token": token, "sure": "another"})
        assert number(model) == before + 1
        administrator.post(confirm, data={"csrf_token": token, "sure": sure.group(1)})
        assert number(model) == before + 2
    head, row = lines(administrator.get(f"{here.split('?')[0]}/left-out.xlsx").data)
    assert head[-1] == "Что исправить"
    assert row[-1]
    assert mended[0] in row
    workbook = ";".join(head), ";".join(mended[1] if cell == mended[0] else str(cell) for cell in row)
    here = upload(administrator, page, "rest.csv", csv(*workbook))
    shown = administrator.get(here).get_data(as_text=True)
    assert "Не читаются" not in shown.replace("\u00a0", " ")
    confirm = here if name == "participants" else f"{here.split('?')[0]}/confirmation"
    administrator.post(confirm, data={"csrf_token": token})
    assert number(model) == before + 2 + bool(doubtful)


def upload(client, page: str, name: str, body: bytes) -> str:
    fields = {"consents": "y"} if "registrations" in page else {"region": ""} if "territories" in page else {}
    answer = client.submit(page, {"file": (io.BytesIO(body), name), **fields}, content_type="multipart/form-data")
    assert answer.status_code in (302, 303), answer.get_data(as_text=True)
    return answer.location


@EACH
def test_by_the_command(app, administrator, tmp_path: Path, name):
    command, _page, model, head, good, bad, mended, doubtful = TABLES[name]
    path, rest = tmp_path / "list.csv", tmp_path / "rest.xlsx"
    path.write_bytes(csv(head, good, bad, doubtful))
    runner, before = app.test_cli_runner(), number(model)
    arguments = ["import", command[0], str(path), *command[1:], "--left-out", str(rest)]
    done = runner.invoke(args=[*arguments, "--yes"])
    skipped = int(bool(doubtful))
    assert (done.exit_code, done.output.splitlines()[-1]) == (
        1,
        f"created 1, changed 0, skipped {skipped}, errors 1",
    )
    assert number(model) == before + 1
    assert len(lines(rest.read_bytes())) == 2 + skipped
    assert stat.S_IMODE(rest.stat().st_mode) == 0o600
    rest.unlink()
    done = runner.invoke(args=[*arguments, "--yes", "--doubts"])
    assert done.output.splitlines()[-1] == f"created {skipped}, changed 0, skipped 1, errors 1"
    assert number(model) == before + 1 + skipped
    assert len(lines(rest.read_bytes())) == 2


@pytest.mark.parametrize(
    ("rest", "said"), [("list.csv", ".xlsx"), ("none/rest.xlsx", "no folder"), ("there.xlsx", "there already")]
)
def test_a_place_where_nothing_can_be_left_is_refused_before_anything_is_loaded(
    app, administrator, tmp_path: Path, rest, said
):
    path, there = tmp_path / "list.csv", tmp_path / "there.xlsx"
    path.write_bytes(csv("Название;Муниципалитет;Затраты в год", "Клуб;Братск;1000", "Школа;Братск;много"))
    there.write_bytes(b"dear")
    arguments = ["import", "practices", str(path), "--yes", "--left-out", str(tmp_path / rest)]
    done = app.test_cli_runner().invoke(args=arguments)
    assert (done.exit_code, said in done.output) == (1, True)
    assert (number(Practice), there.read_bytes()) == (0, b"dear")


def test_outlines_that_are_left_out_keep_their_form(app, administrator, tmp_path: Path):
    ring = [[[104.0, 52.0], [104.1, 52.0], [104.1, 52.1], [104.0, 52.0]]]
    features = [
        {"type": "Feature", "properties": {"oktmo": code}, "geometry": {"type": "Polygon", "coordinates": ring}}
        for code in (factories.IRKUTSK, "")
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    answer = administrator.submit(
        "/manage/territories/boundaries",
        {"file": (io.BytesIO(body), "b.geojson"), "credit": "© Проверка"},
        content_type="multipart/form-data",
    )
    here, _mark, query = answer.location.partition("?")
    token = administrator.token(answer.location)
    done = administrator.post(f"{here}/confirmation?{query}", data={"csrf_token": token})
    assert done.location == answer.location
    rest = json.loads(administrator.get(f"{here}/left-out.geojson?{query}").data)
    assert [one["geometry"]["coordinates"] for one in rest["features"]] == [ring]
    assert rest["features"][0]["properties"]["remark"]
    (tmp_path / "b.geojson").write_bytes(body)
    arguments = ["import", "boundaries", str(tmp_path / "b.geojson"), "--credit", "© Проверка"]
    app.test_cli_runner().invoke(args=[*arguments, "--left-out", str(tmp_path / "rest.geojson")])
    assert json.loads((tmp_path / "rest.geojson").read_bytes())["features"] == rest["features"]


def test_nobody_else_takes_away_what_was_left_out(administrator, sign_in):
    _command, page, _model, head, good, bad, _mended, _doubtful = TABLES["participants"]
    here = upload(administrator, page, "list.csv", csv(head, good, bad))
    with writing():
        colleague = factories.organiser(db.session.scalars(select(Forum)).one().series)
    assert sign_in(colleague).get(f"{here}/left-out.xlsx").status_code == 404


def test_days_without_a_year_are_of_the_forum_everywhere(app, administrator, tmp_path: Path):
    with writing():
        db.session.scalars(select(Forum)).one().date_start = date(2031, 4, 22)
        db.session.scalars(select(Forum)).one().date_end = date(2031, 4, 22)
    body = csv("22 апреля", "Время;Тема", "09:00–10:00;Открытие", "23 апреля", "19:00–18:00;Доклад")
    here = upload(administrator, f"{FORUM}/programme/import", "list.csv", body)
    left = lines(administrator.get(f"{here}/left-out.xlsx").data)
    assert (len(left), left[1][left[0].index("Дата")]) == (2, date(2031, 4, 23))
    (tmp_path / "list.csv").write_bytes(body)
    app.test_cli_runner().invoke(
        args=["import", "programme", str(tmp_path / "list.csv"), "--forum", "prosemyu-2027", "--yes"]
    )
    db.session.rollback()
    assert [slot.starts for slot in db.session.scalars(select(Slot))] == [datetime(2031, 4, 22, 9)]


def test_the_preview_of_a_programme_shows_what_comes_in_and_a_button_that_does_something(app, sign_in):
    with writing():
        forum = factories.forum()
        factories.room(forum)
        desk = sign_in(factories.organiser(forum.series))
    head = "Начало;Окончание;Секция;Зал;Название;Спикер\n"
    page = f"/manage/forums/{forum.slug}/programme/import"

    def preview(*rows):
        file = (io.BytesIO((head + "\n".join(rows)).encode()), "p.csv")
        return desk.get(desk.submit(page, {"file": file}).location).get_data(as_text=True)

    one, other = "10:00;10:20;Первая;Зал 1;Няня;Ли Анна", "10:00;10:20;Вторая;Зал 1;Отцы;Ли Пётр"
    good = preview(one)
    assert "до 10:20 · Первая · Зал 1 · Ли Анна" in good
    assert re.search(r'<button class="button"[^>]*><span>Загрузить', good)
    assert re.search(r'<button class="button plain"[^>]*><span>Загрузить', preview(one, other))
