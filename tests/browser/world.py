"""Demo values for the arguments of every address, made once in a served demo world."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

from playwright.sync_api import APIRequestContext, APIResponse, Playwright

from tests.browser.chromium import signed_in
from tests.browser.server import Installation
from tests.browser.steps import programme_file, talks, today

PAST, COMING, SEMINAR = "prosemyu-2026", "prosemyu-2027", "repetitsiya"
QUERIES = {
    "section": "SELECT section.slug FROM section JOIN forum ON forum.id = forum_id WHERE forum.slug = 'prosemyu-2026' ORDER BY section.id LIMIT 1",
    "coming_section": "SELECT section.slug FROM section JOIN forum ON forum.id = forum_id WHERE forum.slug = 'prosemyu-2027' ORDER BY section.id LIMIT 1",
    "talk": "SELECT slot.code FROM slot JOIN forum ON forum.id = forum_id WHERE forum.slug = 'prosemyu-2026' AND slot.kind = 'talk' AND practice_id IS NOT NULL ORDER BY slot.id LIMIT 1",
    "speaker": "SELECT speaker.code FROM speaker JOIN appearance ON speaker_id = speaker.id ORDER BY speaker.id LIMIT 1",
    "own_speaker": "SELECT code FROM speaker WHERE email = 'speaker@example.org' ORDER BY id LIMIT 1",
    "room": "SELECT room.id FROM room JOIN venue ON venue.id = venue_id JOIN forum ON forum.id = forum_id"
    " WHERE forum.slug = 'prosemyu-2027' LIMIT 1",
    "venue": "SELECT venue.id FROM venue JOIN forum ON forum.id = forum_id WHERE forum.slug = 'prosemyu-2027' LIMIT 1",
    "participant": "SELECT uuid FROM registration JOIN forum ON forum.id = forum_id WHERE forum.slug = 'prosemyu-2026' AND registration.status = 'confirmed' ORDER BY registration.id LIMIT 1",
    "person": "SELECT uuid FROM user_account WHERE email = 'organiser@example.org'",
    "practice": "SELECT slug FROM practice JOIN sample_document ON practice.id = practice_id ORDER BY practice.id LIMIT 1",
    "document": "SELECT sample_document.id FROM sample_document JOIN practice ON practice.id = practice_id ORDER BY practice.id LIMIT 1",
    "adoption": "SELECT adoption.code FROM adoption JOIN territory ON territory.id = territory_id WHERE oktmo = '25536000' AND stage = 'assessment' AND exit IS NULL ORDER BY adoption.id LIMIT 1",
    "working": "SELECT adoption.code FROM adoption JOIN territory ON territory.id = territory_id WHERE oktmo = '25536000' AND stage IN ('launched', 'operating') AND exit IS NULL ORDER BY adoption.id LIMIT 1",
    "round": "SELECT code FROM quarter_round WHERE closed_at IS NULL",
    "past_round": "SELECT code FROM quarter_round WHERE closed_at IS NOT NULL",
    "question": "SELECT quarter_question.code FROM quarter_question JOIN quarter_round ON quarter_round.id = round_id JOIN adoption ON adoption.id = adoption_id JOIN territory ON territory.id = territory_id WHERE closed_at IS NULL AND oktmo = '25536000' AND stage = 'operating' ORDER BY quarter_question.id LIMIT 1",
    "kuytun_question": "SELECT quarter_question.code FROM quarter_question JOIN quarter_round ON quarter_round.id = round_id JOIN adoption ON adoption.id = adoption_id JOIN territory ON territory.id = territory_id WHERE closed_at IS NULL AND oktmo = '25622000' ORDER BY quarter_question.id LIMIT 1",
    "launching": "SELECT adoption.code FROM adoption JOIN territory ON territory.id = territory_id WHERE oktmo = '25536000' AND stage = 'safeguards' AND exit IS NULL LIMIT 1",
    "pupil": "SELECT pupil.code FROM adoption AS pupil JOIN adoption AS mentor ON mentor.id = pupil.source_adoption_id JOIN territory ON territory.id = mentor.territory_id JOIN adoption_step ON adoption_id = pupil.id WHERE oktmo = '25622000' AND adoption_step.stage = 'launched' AND confirmed_at IS NULL LIMIT 1",
    "wish": "SELECT code FROM wish ORDER BY id LIMIT 1",
    "untaken": "SELECT slug FROM practice WHERE admission = 'published' AND id NOT IN (SELECT practice_id FROM adoption) ORDER BY id LIMIT 1",
}


class World:
    """`values` holds what the addresses need by name."""

    def __init__(self, playwright: Playwright, site: Installation, folder: Path) -> None:
        self.playwright, self.site, self.folder = playwright, site, folder
        self.values: dict[str, Any] = {"past": PAST, "coming": COMING}
        for name, query in QUERIES.items():
            self.values[name] = self.one(query)
        self._register()
        self._previews()
        self._evidence()
        self._invitation()
        self._material()
        self._quarter()
        self._launch()
        self._authors()
        self.values["letter"] = self.one("SELECT max(id) FROM activity_letter")

    def one(self, query: str) -> Any:
        """The single value `query` finds."""
        connection = sqlite3.connect(self.site.folder / "tirazh.sqlite3")
        try:
            row = connection.execute(query).fetchone()
        finally:
            connection.close()
        assert row, f"The demo world has nothing for: {query}"
        return row[0]

    def request(self, role: str = "") -> APIRequestContext:
        state = signed_in(self.playwright, self.site, role) if role else None
        return self.playwright.request.new_context(base_url=self.site.address, storage_state=state)

    def send(self, role: str, page: str, fields: dict[str, Any], to: str = "") -> APIResponse:
        """Fill the form at `page` and send it; the answer must be a page or a redirect."""
        request = self.request(role)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', request.get(page).text())
        assert token, f"no form at {page}"
        answer = request.post(to or page, multipart={"csrf_token": token[1], **fields})
        assert answer.status < 400, f"{page}: {answer.status} {answer.text()[:3000]}"
        return answer

    def _register(self) -> None:
        person = {"format": "in_person", "name": "Страницына Инна Львовна", "email": "pages@example.org"}
        person |= {"territory": "25701000", "consent_personal_data": "y"}
        answer = self.send("", f"/forums/{COMING}/registration", person)
        self.values["token"] = answer.url.rsplit("/", 1)[1]
        person |= {"format": "remote", "name": "Экранова Инна Львовна"}
        self.values["viewer"] = self.send("", f"/forums/{SEMINAR}/registration", person).url.rsplit("/", 1)[1]
        told = "Имя;Минуты\nЭкранова Инна Львовна;30\nЧужая Чара;5".encode()
        attendance = f"/manage/forums/{SEMINAR}/online/attendance"
        self.values["attendance_preview"] = self._upload("organiser", attendance, told, section="efir")

    def _previews(self) -> None:
        programme = f"/manage/forums/{COMING}/programme"
        template = self.request("organiser").get(f"{programme}/template.xlsx").body()
        rows = [row | {"Дата": "22.04.2027"} for row in talks("")]
        rows.append(rows[1] | {"ID": "9", "Начало": "полдень", "Муниципалитет": "Куйтуння"})
        workbook = programme_file(template, rows, self.folder / "pages.xlsx")
        self.values["programme_preview"] = self._upload("organiser", f"{programme}/import", workbook.read_bytes())
        people = f"/manage/forums/{COMING}/registrations/import"
        rows_of_people = "ФИО;Электронная почта\nНовикова Инна Пробовна;new@example.org\nБезымянная;".encode()
        self.values["people_preview"] = self._upload("organiser", people, rows_of_people, consents="y")
        practices = "Название;Муниципалитет;Цвет\nКлуб отцов;Братск;синий\nШкола;Марс;".encode()
        self.values["practices_preview"] = self._upload("methodist", "/manage/practices/import", practices)
        places = "ОКТМО;Наименование\n81624000;Кабанский муниципальный район\n816;Ничей".encode()
        page = "/manage/territories"
        self.values["territories_preview"] = self._upload("administrator", f"{page}/import", places, region="")
        outline = [[[104.0, 52.0], [105.0, 52.0], [105.0, 53.0], [104.0, 52.0]]]
        square = {"properties": {"oktmo": "25701000"}, "geometry": {"type": "Polygon", "coordinates": outline}}
        drawn = json.dumps({"type": "FeatureCollection", "features": [square]}).encode()
        self.values["boundaries_preview"] = self._upload("administrator", f"{page}/boundaries", drawn, credit="Проба")

    def _upload(self, role: str, page: str, body: bytes, **fields: str) -> str:
        file = {"name": "book.xlsx", "mimeType": "application/octet-stream", "buffer": body}
        answer = self.send(role, page, {"file": file, **fields})
        return answer.url.split("?")[0].rstrip("/").rsplit("/", 1)[1]

    def _evidence(self) -> None:
        """A stage of the coordinator's adoption with a file that shows it."""
        address = f"/cabinet/adoptions/{self.values['adoption']}"
        version = self.one(f"SELECT version FROM adoption WHERE code = '{self.values['adoption']}'")
        file = {"name": "act.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}
        fields = {"version": str(version), "preparation_done": "y", "preparation_on": today().isoformat(), "file": file}
        self.send("coordinator", address, fields, to=f"{address}/stage")
        self.values["step"] = self.one("SELECT max(id) FROM adoption_step WHERE file_id IS NOT NULL")

    def _material(self) -> None:
        """A paper on the page of a talk."""
        file = {"name": "slides.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}
        page = f"/manage/forums/{PAST}/programme/slots/{self.values['talk']}/materials"
        self.send("organiser", page, {"title": "Слайды", "published": "y", "file": file})
        self.values["material"] = self.one("SELECT max(id) FROM talk_material")

    def _quarter(self) -> None:
        """The municipality's personal link from a letter, an answer by it, a paper answer with a scan, previews."""
        home = f"/manage/rounds/{self.values['round']}"
        self.send("organiser", f"{home}/25536000", {"address": ""}, to=f"{home}/25536000/letter")
        self.values["answer"] = self._secret("quarter_question", "answer")
        link, code = f"/answer/{self.values['answer']}", self.values["question"]
        self.send("", link, {"name": "Страницына Инна Львовна", f"{code}-said": "progress", f"{code}-served": "40"})
        scan = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}
        letter = {"letter_number": "1", "letter_date": today().isoformat(), "name": "", "file": scan}
        answer = {f"{self.values['kuytun_question']}-said": "no_change"}
        self.send("organiser", f"{home}/25622000", letter | answer)
        self.values["scan"] = self.one("SELECT max(id) FROM quarter_answer WHERE file_id IS NOT NULL")
        form = self.request().get(f"{link}/quarter.xlsx").body()
        self.values["link_preview"] = self._upload("", f"{link}/file", form)
        self.values["cabinet_preview"] = self._upload("coordinator", "/cabinet/quarter/file", form)
        self.values["round_preview"] = self._upload("organiser", f"{home}/file", form)

    def _launch(self) -> None:
        """The author's link to confirm a launch."""
        code = self.values["launching"]
        version = self.one(f"SELECT version FROM adoption WHERE code = '{code}'")
        fields = {"version": str(version), "launched_done": "y", "launched_on": today().isoformat()}
        fields["launched_evidence"] = "обслужена первая семья"
        self.send("coordinator", f"/cabinet/adoptions/{code}", fields, to=f"/cabinet/adoptions/{code}/stage")
        self.values["launch"] = self._secret("adoption_launched", "launch")

    def _secret(self, kind: str, place: str) -> str:
        """What stands after /`place`/ in the newest letter of the kind."""
        letter = self.one(f"SELECT max(id) FROM activity_letter WHERE kind = '{kind}'")
        found = re.search(rf"/{place}/([^\s\"<]+)", self.request().get(f"/dev/mail/{letter}").text())
        assert found, kind
        return found[1]

    def _invitation(self) -> None:
        person = {"name": "Приглашённая Вера Львовна", "email": "invited@example.org", "position": "методист"}
        self.send("administrator", "/manage/people/new", person)
        letter = self.one("SELECT max(id) FROM activity_letter WHERE kind LIKE '%invitation%'")
        found = re.search(r"/invitation/([^\s\"<]+)", self.request().get(f"/dev/mail/{letter}").text())
        assert found
        self.values["invitation"] = found[1]

    def _authors(self) -> None:
        """Personal links of the demo's authors, a document of one of them, and a practice with two editions."""
        people = {"asked": "d.penalova", "returned": "m.lineykina", "remarked": "b.prototipova", "sent": "i.polozyeva"}
        for name, email in people.items():
            letter = self.one(
                f"SELECT max(id) FROM activity_letter WHERE \"to\" = '{email}@example.org' AND kind = 'practice_author'"
            )
            found = re.search(r"/author/([A-Z2-7]{26})", self.request().get(f"/dev/mail/{letter}").text())
            assert found
            self.values[name] = found[1]
        page = f"/author/{self.values['returned']}"
        file = {"name": "order.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}
        self.send("", page, {"title": "Приказ", "kind": "order", "file": file}, to=f"{page}/documents")
        self.values["author_document"] = self.one("SELECT max(id) FROM sample_document")
        self.values["twice"] = "klub-molodykh-semey-po-mestu-zhitelstva"
        page = f"/manage/practices/{self.values['twice']}"
        version = self.one(f"SELECT version FROM practice WHERE slug = '{self.values['twice']}'")
        self.send("organiser", page, {"version": str(version)}, to=f"{page}/publication")
