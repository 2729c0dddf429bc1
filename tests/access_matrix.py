"""Z1: who may come in at every route of the service, written down by hand beside the code's own table. A route without a row fails.

`everybody` has signed in with whatever role; `public` needs no sign-in (the route asks for a proof of its own).
"""

from collections.abc import Mapping

ROLES = ("front_desk", "clinician", "practice_manager", "data_team", "model_reviewer", "auditor", "admin")
PUBLIC = "public"
EVERYBODY = " ".join(ROLES)
CARE = "front_desk clinician practice_manager"
DESK = "front_desk practice_manager"
MANAGER = "practice_manager"

EXPECTED: Mapping[str, str] = {
    "GET /": EVERYBODY,
    "GET /account": EVERYBODY,
    "GET /health/live": PUBLIC,
    "GET /health/ready": PUBLIC,
    "GET /o/{token}": PUBLIC,
    "GET /sign-in": PUBLIC,
    "GET /sign-in/provider": PUBLIC,
    "GET /sign-in/return": PUBLIC,
    "GET /static/{digest}/{name}": PUBLIC,
    "GET /sign-in/passkey": EVERYBODY,
    "POST /account/passkeys": EVERYBODY,
    "POST /account/passkeys/options": EVERYBODY,
    "POST /account/passkeys/{passkey}/remove": EVERYBODY,
    "POST /sign-in/passkey": EVERYBODY,
    "POST /sign-in/passkey/options": EVERYBODY,
    "POST /o/{token}": PUBLIC,
    "POST /sign-in": PUBLIC,
    "POST /sign-out": EVERYBODY,
    "POST /switch/release": MANAGER,
    "POST /switch/stop": EVERYBODY,
    "POST /texts/inbound": PUBLIC,
    "POST /texts/status/{case_id}": PUBLIC,
    "POST /webhooks/{connection}": PUBLIC,
    "GET /desk/live": EVERYBODY,
    "GET /desk/calendar": CARE,
    "GET /desk/queue": CARE,
    "GET /desk/queue/{case_id}": CARE,
    "POST /desk/queue/{case_id}/approve": CARE,
    "POST /desk/queue/{case_id}/reject": CARE,
    "POST /desk/queue/{case_id}/take-back": CARE,
    "POST /desk/queue/{case_id}/resolve": CARE,
    "POST /desk/queue/{case_id}/undo": CARE,
    "GET /desk/calls": DESK,
    "POST /desk/calls/{task_id}": DESK,
    "GET /desk/waitlist": DESK,
    "POST /desk/standbys/{standby_id}": DESK,
    "GET /desk/replies": CARE,
    "GET /desk/replies/{message}": CARE,
    "POST /desk/replies/{message}/words": CARE,
    "POST /desk/replies/{message}/take": CARE,
    "POST /desk/replies/{message}/resolve": CARE,
    "GET /desk/clients/{client}": CARE,
    "POST /desk/clients/{client}/{act}": CARE,
    "GET /my/day": "clinician",
    "GET /practice/insights": MANAGER,
    "GET /practice/phases": "practice_manager auditor",
    "POST /practice/phases/{use_case}/back": MANAGER,
    "POST /practice/phases/{use_case}/forward": MANAGER,
    "GET /practice/orders": "practice_manager auditor",
    "POST /practice/orders": MANAGER,
    "GET /practice/rules": "clinician practice_manager",
    "GET /practice/effects": "practice_manager model_reviewer",
    "GET /model": "practice_manager data_team model_reviewer auditor",
    "GET /audit": "practice_manager auditor",
    "POST /audit/search": "practice_manager auditor",
    "GET /audit/story/{subject}": "practice_manager auditor",
    "POST /audit/verify": "practice_manager auditor",
    "GET /audit/week": "practice_manager auditor",
}
