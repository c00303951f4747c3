"""Demo values for the arguments of every address, made once in a served demo world."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

from playwright.sync_api import APIRequestContext, APIResponse, Playwright

from tests.browser.chromium import signed_in
from tests.browser.server import Installation
from tests.browser.steps import programme_file, talks, today

PAST, COMING = "prosemyu-2026", "prosemyu-2027"
QUERIES = {
    "section": "SELECT section.slug FROM section JOIN forum ON forum.id = forum_id WHERE forum.slug = 'prosemyu-2026' ORDER BY section.id LIMIT 1",
    "coming_section": "SELECT section.slug FROM section JOIN forum ON forum.id = forum_id WHERE forum.slug = 'prosemyu-2027' ORDER BY section.id LIMIT 1",
    "talk": "SELECT slot.code FROM slot JOIN forum ON forum.id = forum_id WHERE forum.slug = 'prosemyu-2026' AND slot.kind = 'talk' AND practice_id IS NOT NULL ORDER BY slot.id LIMIT 1",
    "speaker": "SELECT speaker.code FROM speaker JOIN appearance ON speaker_id = speaker.id ORDER BY speaker.id LIMIT 1",
    "own_speaker": "SELECT code FROM speaker WHERE email = 'speaker@example.org' ORDER BY id LIMIT 1",
    "venue": "SELECT venue.id FROM venue JOIN forum ON forum.id = forum_id WHERE forum.slug = 'prosemyu-2027' LIMIT 1",
    "participant": "SELECT uuid FROM registration JOIN forum ON forum.id = forum_id WHERE forum.slug = 'prosemyu-2026' AND registration.status = 'confirmed' ORDER BY registration.id LIMIT 1",
    "person": "SELECT uuid FROM user_account WHERE email = 'organiser@example.org'",
    "practice": "SELECT slug FROM practice JOIN sample_document ON practice.id = practice_id ORDER BY practice.id LIMIT 1",
    "document": "SELECT sample_document.id FROM sample_document JOIN practice ON practice.id = practice_id ORDER BY practice.id LIMIT 1",
    "adoption": "SELECT adoption.code FROM adoption JOIN territory ON territory.id = territory_id WHERE oktmo = '25536000' AND stage = 'assessment' AND exit IS NULL ORDER BY adoption.id LIMIT 1",
    "working": "SELECT adoption.code FROM adoption JOIN territory ON territory.id = territory_id WHERE oktmo = '25536000' AND stage IN ('launched', 'operating') AND exit IS NULL ORDER BY adoption.id LIMIT 1",
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

    def _previews(self) -> None:
        programme = f"/manage/forums/{COMING}/programme"
        template = self.request("organiser").get(f"{programme}/template.xlsx").body()
        rows = [row | {"Дата": "22.04.2027"} for row in talks("")]
        rows.append(rows[1] | {"ID": "9", "Начало": "полдень", "Муниципалитет": "Куйтуння"})
        workbook = programme_file(template, rows, self.folder / "pages.xlsx")
        self.values["programme_preview"] = self._upload("organiser", f"{programme}/import", workbook.read_bytes())
        people = f"/manage/forums/{COMING}/registrations/import"
        template = self.request("organiser").get(f"{people}/template.xlsx").body()
        self.values["people_preview"] = self._upload("organiser", people, template, consents="y")
        template = self.request("methodist").get("/manage/practices/import/template.xlsx").body()
        self.values["practices_preview"] = self._upload("methodist", "/manage/practices/import", template)

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

    def _invitation(self) -> None:
        person = {"name": "Приглашённая Вера Львовна", "email": "invited@example.org", "position": "методист"}
        self.send("administrator", "/manage/people/new", person)
        letter = self.one("SELECT max(id) FROM activity_letter WHERE kind LIKE '%invitation%'")
        found = re.search(r"/invitation/([^\s\"<]+)", self.request().get(f"/dev/mail/{letter}").text())
        assert found
        self.values["invitation"] = found[1]
