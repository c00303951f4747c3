"""Streams by their address: who shows them, and whether a player may stand on our page."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

PROVIDERS = {
    "vk.com": "VK Видео",
    "vkvideo.ru": "VK Видео",
    "rutube.ru": "RuTube",
    "telemost.yandex.ru": "Яндекс Телемост",
    "trueconf.ru": "TrueConf",
    "ktalk.ru": "Контур.Толк",
    "mts-link.ru": "МТС Линк",
    "webinar.ru": "МТС Линк",
    "zoom.us": "Zoom",
}
_RUTUBE = re.compile(r"/(?:video|play/embed)/([0-9a-f]{32})/?$")
_VK_HOSTS = ("vk.com", "www.vk.com", "vkvideo.ru", "www.vkvideo.ru")


class Player(NamedTuple):
    """A player that its owner lets stand on other sites."""

    origin: str
    url: str


def provider(url: str) -> str:
    """«RuTube», or the host of an address whose owner is not known here; empty without an address."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return next((name for known, name in PROVIDERS.items() if host == known or host.endswith(f".{known}")), host)


def player(url: str) -> Player | None:
    """The player of a known address, or None: any other page is opened, never embedded."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        return None
    if parts.hostname in ("rutube.ru", "www.rutube.ru") and (found := _RUTUBE.match(parts.path)):
        return Player("https://rutube.ru", f"https://rutube.ru/play/embed/{found[1]}/")
    if parts.hostname in _VK_HOSTS and parts.path == "/video_ext.php" and _is_vk_video(parts.query):
        origin = f"https://{parts.hostname}"
        return Player(origin, f"{origin}/video_ext.php?{parts.query}")
    return None


def page(url: str) -> str:
    """The address to open: that of the video's page where an embedded player's was given."""
    parts = urlsplit(url)
    if parts.hostname in _VK_HOSTS and parts.path == "/video_ext.php" and _is_vk_video(parts.query):
        asked = parse_qs(parts.query)
        return f"https://{parts.hostname}/video{asked['oid'][0]}_{asked['id'][0]}"
    return url.replace("/play/embed/", "/video/") if player(url) else url


def _is_vk_video(query: str) -> bool:
    asked = parse_qs(query)
    return all(re.fullmatch(r"-?\d+", asked.get(name, [""])[0]) for name in ("oid", "id"))
