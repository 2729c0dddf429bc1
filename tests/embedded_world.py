"""A practice in the middle of its week whose EHR opens the sidebar: frames that were launched, on an address with TLS."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import yaml
from httpx import Response

from hsched_adapters.clock import SystemClock
from hsched_service.access.cookies import csrf_of
from tests.desk_practice import desk_practice
from tests.openid_provider import CLIENT, SECRET
from tests.service_world import Browser, ServiceWorld, service_world
from tests.smart_ehr import CDS_ISSUER, SmartEhr, smart_ehr

URL = "https://elm.example"
USERS = {
    "Practitioner/front": "frontdesk",
    "Practitioner/manager": "manager1",
    "Practitioner/one": "clinician1",
    "Practitioner/two": "clinician2",
    "Practitioner/audits": "auditor",
    "Practitioner/gone": "gone",
    "Practitioner/left": "nobody-now",
}


@dataclass
class EmbeddedWorld:
    """The practice's service, and the EHR around it."""

    service: ServiceWorld
    ehr: SmartEhr
    url: str

    def frame(self, user: str = "") -> Browser:
        """A new frame in the browser of somebody who is signed in at the EHR."""
        if user:
            self.ehr.person = {"sub": user, "fhirUser": f"Practitioner/{user}"}
        return Browser(self.service.app, base_url=self.url, headers={"accept": "text/html"}, follow_redirects=False)

    def way_back(self, frame: Browser, patient: str = "", appointment: str = "", handle: str = "") -> str:
        """Off to the EHR, and the path at which the frame comes back."""
        leaving = frame.get(self.ehr.path(handle or self.ehr.launch(patient, appointment)))
        there = httpx.get(leaving.headers["location"], follow_redirects=False)
        back = urlsplit(there.headers["location"])
        return f"{back.path}?{back.query}"

    def launched(self, user: str, patient: str, appointment: str = "") -> tuple[Browser, str]:
        """A frame that was let in, with the path of its sidebar."""
        frame = self.frame(user)
        answer = frame.get(self.way_back(frame, patient, appointment))
        assert answer.status_code == 303, answer.text
        path = str(answer.headers["location"])
        frame.csrf = self.code_of(frame, path)
        return frame, path

    def code_of(self, frame: Browser, path: str) -> str:
        """What a form of that sidebar's pages carries."""
        [kept] = [one.value for one in frame.cookies.jar if one.name.endswith(path.rsplit("/", 1)[1])]
        found = self.service.opened.service.embedding.frames.of(str(kept))
        assert found is not None
        return csrf_of(found.secret)

    def ask(self, path: str, content: Any, token: str | None = None, **headers: str) -> Response:
        """A call of CDS Hooks, with a good token where none is given."""
        sent = {"authorization": f"Bearer {self.ehr.cds_token(self.url + path) if token is None else token}", **headers}
        body = {"content": content} if isinstance(content, bytes) else {"json": content}
        return self.frame().post(path, headers={"content-type": "application/json", **sent}, **body)


def section(ehr: SmartEhr, **changes: Any) -> Mapping[str, Any]:
    """The `ehr:` part of access.yaml."""
    cds = {"issuer": CDS_ISSUER, "jwks_file": "ehr-cds-keys.json"}
    plain = {"issuer": ehr.base, "client_id": CLIENT, "client_secret_file": "ehr-secret", "logins": USERS, "cds_hooks": cds}
    return {name: one for name, one in {**plain, "frame_ancestors": [ehr.address], **changes}.items() if one is not None}


@contextmanager
def embedded_world(home: Path, url: str = URL, store: str = "", *, is_busy: bool = False, **changes: Any) -> Iterator[EmbeddedWorld]:
    """Two clinicians with four visits; or, `is_busy`, with 28 clients, a week, and proposals."""
    with smart_ehr() as ehr:
        home.mkdir(parents=True, exist_ok=True)
        (home / "access.yaml").write_text(yaml.safe_dump({"ehr": section(ehr, **changes)}))
        (home / "keys").mkdir(exist_ok=True)
        (home / "keys" / "ehr-secret").write_text(f"{SECRET}\n")
        (home / "keys" / "ehr-cds-keys.json").write_text(ehr.cds_keys())
        busy = {"clinicians": 2, "clients": 28, "weeks": 1, "hours": (9, 11, 14, 16)}
        practice = desk_practice(home, store=store, service_url=url, **busy) if is_busy else service_world(home, store, url)
        with practice as service:
            service.opened.service.__dict__["present"] = SystemClock()  # the EHR's tokens are of now
            yield EmbeddedWorld(service, ehr, url)
