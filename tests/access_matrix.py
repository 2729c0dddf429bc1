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
    "GET /metrics": PUBLIC,
    "GET /openapi.json": PUBLIC,
    "GET /o/{token}": PUBLIC,
    "GET /o/{token}/stop": PUBLIC,
    "GET /o/{token}/time": PUBLIC,
    "GET /o/{token}/wishes": PUBLIC,
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
    "GET /v/{token}": PUBLIC,
    "GET /v/{token}/stop": PUBLIC,
    "GET /v/{token}/time": PUBLIC,
    "GET /v/{token}/wishes": PUBLIC,
    "POST /o/{token}": PUBLIC,
    "POST /o/{token}/stop": PUBLIC,
    "POST /o/{token}/time": PUBLIC,
    "POST /o/{token}/wishes": PUBLIC,
    "POST /predict/no-show-risk": PUBLIC,
    "POST /predict/no-show-risk/batch": PUBLIC,
    "POST /sign-in": PUBLIC,
    "POST /sign-out": EVERYBODY,
    "POST /switch/release": MANAGER,
    "POST /switch/stop": EVERYBODY,
    "POST /texts/inbound": PUBLIC,
    "POST /texts/status/{case_id}": PUBLIC,
    "POST /v/{token}": PUBLIC,
    "POST /v/{token}/stop": PUBLIC,
    "POST /v/{token}/time": PUBLIC,
    "POST /v/{token}/wishes": PUBLIC,
    "POST /webhooks/{connection}": PUBLIC,
}
