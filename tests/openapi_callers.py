"""S1: who calls what the document describes, with which proof in hand, and which of them has a right to it."""

from collections.abc import Callable, Mapping
from typing import Any

import schemathesis
from schemathesis.python.asgi import ASGIClient
from schemathesis.transport.asgi import ASGI_TRANSPORT

from hsched_adapters.service_section import MOST_A_MINUTE, ServiceSection
from hsched_core.domain.access import Way
from hsched_core.domain.api_clients import ApiScope
from hsched_service.access.cookies import cookie_name
from hsched_service.operations.install import Watching
from hsched_service.operations.limits import Limits
from tests.predict_talk import ADDRESS, Talk

STAFF = {
    "frontdesk": ["front_desk"],
    "clinician1": ["clinician"],
    "manager1": ["practice_manager"],
    "dataperson": ["data_team"],
    "reviewer": ["model_reviewer"],
    "auditor": ["auditor"],
    "admin": ["admin"],
}


CALLERS = ("ehr", "nobody", "somebody's guess", "revoked", "for figures only", "a password", *STAFF)


def callers(talk: Talk) -> Mapping[str, dict[str, str]]:
    """Headers of each; none but `ehr` has a right to what the document calls secured."""
    parts = talk.opened.service
    revoked = parts.predictions.api_clients.add("leaver", frozenset({ApiScope.PREDICT}), "admin")
    parts.predictions.api_clients.revoke("leaver", "admin")
    signed_in = {login: parts.sign_ins.start(login, Way.DEMO) for login in STAFF}
    return {
        "ehr": {"Authorization": f"Bearer {talk.token('ehr')}"},
        "nobody": {},
        "somebody's guess": {"Authorization": "Bearer hsched_" + "a" * 43},
        "revoked": {"Authorization": f"Bearer {revoked}"},
        "for figures only": {"Authorization": f"Bearer {talk.token('prometheus', ApiScope.METRICS)}"},
        "a password": {"Authorization": "Basic YWRtaW46YWRtaW4="},
        **{login: {"Cookie": f"{cookie_name(parts)}={secret}"} for login, secret in signed_in.items()},
    }


def sent_as(headers: Mapping[str, str]) -> Callable[[schemathesis.Case, ASGIClient], Any]:
    """Sends a case with these headers and no other proof that the case may have thought of."""

    def send(case: schemathesis.Case, api: ASGIClient) -> Any:
        for given in (case.headers, case.cookies):
            for name in [one for one in given or {} if str(one).lower() in ("authorization", "cookie") or given is case.cookies]:
                del given[name]
        return ASGI_TRANSPORT.send(case, session=api, base_url=ADDRESS, headers=dict(headers))

    return send


def ignored_auth(case: schemathesis.Case, who: str, status: int) -> list[str]:
    """A secured operation that answered somebody without the right to it with more than that they have none."""
    is_secured = bool(case.operation.definition.raw.get("security"))
    return [f"{who}: {case.operation.label} {status}"] if is_secured and who != "ehr" and status not in (401, 403, 405) else []


def patient() -> Watching:
    """A service that lets one address ask as often as these tests do."""
    return Watching(Limits(ServiceSection(strangers_per_minute=MOST_A_MINUTE)))
