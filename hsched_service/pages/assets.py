"""Style and script: small files of our own, under addresses that change with their content, so that browsers may keep them for ever."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Depends, Response

from hsched_adapters.assembly import OpenPractice
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import public
from hsched_service.access.turned_away import NotThereError

FOLDER = Path(__file__).with_name("static")
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
DIGITS = 16


@cache
def files() -> Mapping[str, tuple[str, bytes]]:
    """Hash and content of each file by name, read once."""
    contents = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}
    return {name: (hashlib.sha256(content).hexdigest()[:DIGITS], content) for name, content in contents.items()}


def asset(name: str) -> str:
    """The path of a file, with its hash; KeyError where there is none of that name."""
    return f"/static/{files()[name][0]}/{name}"


def router(_opened: OpenPractice) -> APIRouter:
    """Serves them."""
    made = APIRouter(dependencies=[Depends(public(Subject.STATIC))])

    @made.get("/static/{digest}/{name}")
    async def static(digest: str, name: str) -> Response:
        known = files().get(name)
        if known is None or known[0] != digest:
            raise NotThereError
        return Response(known[1], media_type=TYPES[Path(name).suffix], headers=HEADERS)

    return made
