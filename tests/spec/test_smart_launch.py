"""Launches by the EHR: a real one on this machine, honest and not. Whom it vouches for wrongly is not let in; only the sidebar opens."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import pytest
import yaml
from httpx import Response
from joserfc.jwk import ECKey, OctKey
from limits import RateLimitItemPerHour

from hsched_adapters.access import remembered
from hsched_adapters.access.ehr_section import EhrSection
from hsched_adapters.access.rates import Rates
from hsched_adapters.access.section import load_access
from hsched_adapters.clock import SystemClock
from hsched_adapters.embedding.launches import Launches
from hsched_core.domain.access import TOO_LONG_AGO, Way
from hsched_core.domain.errors import SettingsError
from hsched_service.access.guard import declared
from hsched_service.sidebar.gate import MOST
from tests.access_matrix import EXPECTED, LAUNCHED, PUBLIC
from tests.embedded_world import USERS, EmbeddedWorld, embedded_world, section
from tests.openid_provider import CLIENT, SECRET
from tests.service_world import Browser
from tests.smart_ehr import SmartEhr

PATIENT, VISIT = "PT-000000", "APT-0000000"  # of clinician1
FLAGS = {"HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/"}


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedWorld]:
    with embedded_world(tmp_path_factory.mktemp("launch")) as made:
        yield made


@pytest.fixture
def world(around: EmbeddedWorld) -> EmbeddedWorld:
    """As before: the EHR tells the truth, and what it said earlier is forgotten."""
    honest = SmartEhr(key=around.ehr.key, cds_key=around.ehr.cds_key)
    around.ehr.lie, around.ehr.says, around.ehr.context, around.ehr.client_key = honest.lie, {}, {}, None
    around.service.people()
    around.service.opened.service.__dict__.pop("embedding", None)
    return around


def came_back(world: EmbeddedWorld, user: str, patient: str = PATIENT, appointment: str = VISIT) -> Response:
    frame = world.frame(user)
    return frame.get(world.way_back(frame, patient, appointment))


def refusals(world: EmbeddedWorld) -> list[tuple[str, str]]:
    return [(one.subject, one.body["reason"]) for one in world.service.entries("access.refused")]


def test_a_person_of_the_practice_is_launched_into_the_sidebar(world: EmbeddedWorld) -> None:
    """By code and PKCE, with the EHR's own address as audience, for context and person and nothing to read."""
    frame = world.frame("front")
    leaving = frame.get(world.ehr.path(world.ehr.launch(PATIENT, VISIT)))
    asked = {name: one[0] for name, one in parse_qs(urlsplit(leaving.headers["location"]).query).items()}
    frame, path = world.launched("front", PATIENT, VISIT)
    page = frame.get(path)

    assert (asked["aud"], asked["scope"], asked["code_challenge_method"]) == (world.ehr.base, "launch openid fhirUser", "S256")
    assert {"state", "nonce", "code_challenge", "launch"} <= asked.keys()
    assert (page.status_code, "Ada Vale0" in page.text, "Open in the EHR" in page.text) == (200, True, True)
    assert world.ehr.asked[-1]["code_verifier"] not in leaving.headers["location"]
    started = world.service.entries("sign_in.started")[-1]
    assert (started.actor, started.body) == ("frontdesk", {"reason": "launch"})


def test_the_frames_cookies_are_of_that_page_of_the_ehr_alone(world: EmbeddedWorld) -> None:
    """Sent from another site's page, kept apart for it, out of reach of scripts, for this host."""
    frame = world.frame("front")
    leaving = frame.get(world.ehr.path(world.ehr.launch(PATIENT)))
    back = frame.get(world.way_back(frame, PATIENT))
    kept = [one for one in (*leaving.headers.get_list("set-cookie"), *back.headers.get_list("set-cookie")) if "Max-Age=0" not in one]

    assert len(kept) == 2
    assert all(set(line.split("; ")) >= FLAGS and line.startswith("__Host-hsched-") for line in kept)


def test_the_launches_sign_in_opens_nothing_else(world: EmbeddedWorld) -> None:
    """Not one page of the desk, also where its secret is put into the desk's own cookie."""
    frame, path = world.launched("manager", PATIENT)
    stolen = world.service.opened.service.sign_ins.start("manager1", Way.LAUNCH)
    thief = world.frame()
    thief.cookies.set("__Host-hsched", stolen, domain="elm.example")
    closed = [route.split(" ")[1] for route, who in EXPECTED.items() if route.startswith("GET") and who not in (PUBLIC, LAUNCHED)]

    assert frame.get(path).status_code == 200
    for browser in (frame, thief):
        answers = {one: browser.get(one.replace("{", "").replace("}", ""), headers={"accept": "application/json"}) for one in closed}
        assert {answer.status_code for answer in answers.values()} == {401}


def test_the_desks_sign_in_does_not_open_the_sidebar(world: EmbeddedWorld) -> None:
    """Neither does another frame's cookie, nor one for another launch."""
    _, path = world.launched("front", PATIENT)
    other, _ = world.launched("front", "PT-000001")
    desk = Browser(world.service.app, base_url=world.url, headers={"accept": "text/html"}, follow_redirects=False)
    desk.cookies.set("__Host-hsched", world.service.opened.service.sign_ins.start("frontdesk", Way.DEMO), domain="elm.example")
    moved = world.frame()
    [kept] = [one for one in other.cookies.jar if "frame" in one.name]
    moved.cookies.set(f"__Host-hsched-frame-{path[-16:]}", str(kept.value), domain="elm.example")

    assert [browser.get(path).status_code for browser in (desk, other, moved, world.frame())] == [401] * 4
    assert "open hsched again in the EHR" in other.get(path).text


def test_two_charts_beside_each_other_keep_their_own_clients(world: EmbeddedWorld) -> None:
    """In one browser; the second launch does not change what the first frame shows."""
    frame = world.frame("front")
    paths = [frame.get(world.way_back(frame, f"PT-00000{number}")).headers["location"] for number in (0, 1)]

    assert [f"Ada Vale{number}" in frame.get(path).text for number, path in enumerate(paths)] == [True, True]


def test_a_browser_keeps_a_few_launches(world: EmbeddedWorld) -> None:
    """The oldest end on the server, too."""
    frame = world.frame("front")
    paths = []
    for number in range(MOST + 2):
        paths.append(frame.get(world.way_back(frame, f"PT-00000{number % 4}")).headers["location"])

    assert [frame.get(path).status_code for path in paths] == [401] * 2 + [200] * MOST
    assert len([one for one in frame.cookies.jar if "frame" in one.name]) == MOST


def test_the_sidebar_may_be_framed_by_the_ehr_and_nothing_else_by_anybody(world: EmbeddedWorld) -> None:
    """Also its refusals; every other page says 'none'."""
    frame, path = world.launched("front", PATIENT)
    mine = f"frame-ancestors {world.ehr.address}"
    framed = [frame.get(path), frame.get("/sidebar/0000000000000000"), frame.get("/smart/launch?iss=https://evil.example&launch=1")]
    desk = world.service.browser("manager1")
    others = [desk.get(one) for one in ("/desk/queue", "/sign-in", "/account", "/nowhere", f"/desk/clients/{world.service.client(0)}")]

    assert [answer.headers["content-security-policy"].rpartition("; ")[2] for answer in framed] == [mine] * 3
    assert {answer.headers["content-security-policy"].rpartition("; ")[2] for answer in others} == {"frame-ancestors 'none'"}


def test_a_frame_ends_as_every_sign_in_does(world: EmbeddedWorld) -> None:
    """A quarter of an hour without a page; and at once for who is disabled, or has the role no more."""
    frame, path = world.launched("front", PATIENT)
    world.service.people(frontdesk={"roles": ["auditor"]})
    other_role = frame.get(path).status_code
    world.service.people(frontdesk={"roles": ["front_desk"], "is_active": False})
    disabled = frame.get(path).status_code
    world.service.people()
    again = frame.get(path).status_code
    later = SystemClock().now() + timedelta(minutes=16)
    sign_ins = world.service.opened.service.sign_ins
    before, sign_ins._present = sign_ins._present, type("Later", (), {"now": lambda self: later})()  # for this test
    quiet = frame.get(path).status_code
    sign_ins._present = before

    assert (other_role, disabled, again, quiet) == (403, 401, 200, 401)


def test_a_foreign_ehrs_launch_goes_nowhere(world: EmbeddedWorld) -> None:
    """It is not asked, and told to nobody but the trail."""
    asked = len(world.ehr.asked)
    for issuer in ("https://evil.example/fhir", "http://169.254.169.254", f"{world.ehr.base}.evil.example", f"{world.ehr.base}/../x", ""):
        answer = world.frame("front").get(f"/smart/launch?{urlencode({'iss': issuer, 'launch': 'x'})}")
        assert (answer.status_code, "evil" in answer.text, "location" in answer.headers) == (403, False, False)

    assert refusals(world)[-1] == ("permission:launch", "foreign_issuer")
    assert len(world.ehr.asked) == asked


def test_the_way_back_works_once_and_in_one_frame(world: EmbeddedWorld) -> None:
    """The same again, in another frame, with another state, or after ten minutes: nobody comes in."""
    frame, victim = world.frame("front"), world.frame()
    path = world.way_back(frame, PATIENT)
    altered = world.way_back(victim, PATIENT)
    answers = [
        victim.get(path),
        frame.get(path),
        frame.get(path),
        victim.get(altered.replace("state=", "state=x")),
        world.frame().get(path),
    ]
    slow = world.frame()
    late = world.way_back(slow, PATIENT)
    world.service.opened.service.embedding.launches._sealer._present = _Later()  # for this test

    assert [one.status_code for one in answers] == [400, 303, 400, 400, 400]
    assert slow.get(late).status_code == 400


def test_an_answer_of_another_launch_is_not_taken(world: EmbeddedWorld) -> None:
    """Whoever puts the own launch's code into somebody else's frame gets nothing: the state is of that frame."""
    attacker, victim = world.frame("front"), world.frame("front")
    mine, theirs = world.way_back(attacker, PATIENT), world.way_back(victim, PATIENT)
    code, state = parse_qs(urlsplit(mine).query)["code"][0], parse_qs(urlsplit(theirs).query)["state"][0]

    assert victim.get(f"/smart/return?{urlencode({'code': code, 'state': state})}").status_code == 403
    assert refusals(world)[-1] == ("permission:launch", "no_token")  # PKCE


def test_an_answer_in_another_servers_name_is_not_taken(world: EmbeddedWorld) -> None:
    """RFC 9207: the code is not even shown to ours."""
    frame = world.frame("front")
    path, asked = world.way_back(frame, PATIENT), len(world.ehr.asked)
    answer = frame.get(path.replace(quote_plus(world.ehr.address), quote_plus("https://evil.example")))

    assert (answer.status_code, refusals(world)[-1]) == (403, ("permission:launch", "issuer"))
    assert len(world.ehr.asked) == asked


def test_a_launch_is_the_ehrs_to_count(world: EmbeddedWorld) -> None:
    """A handle that it gave out once leads in once."""
    handle, frame = world.ehr.launch(PATIENT), world.frame("front")
    first, again = frame.get(world.way_back(frame, handle=handle)), frame.get(world.way_back(frame, handle=handle))

    assert (first.status_code, again.status_code) == (303, 403)
    assert refusals(world)[-1] == ("permission:launch", "denied")


def test_only_launches_that_the_ehr_does_not_stand_for_are_counted(world: EmbeddedWorld) -> None:
    """Neither those that lead in, nor what any site's page can ask for; then nothing is looked at for an hour."""
    most = 2
    world.service.opened.service.embedding.__dict__["rates"] = Rates("launch", address=RateLimitItemPerHour(most))
    for _ in range(most + 1):
        frame = world.frame("front")
        foreign = [frame.get(path).status_code for path in ("/smart/launch?iss=https://evil.example&launch=x", "/smart/return?state=x")]
        denied = frame.get(world.way_back(frame, handle="nobody-made-this")).status_code
        assert (foreign, denied, came_back(world, "front").status_code) == ([403, 400], 403, 303)
    world.ehr.lie = lambda told: {**told, "exp": 0}
    one = came_back(world, "front").status_code
    world.ehr.lie = SmartEhr(key=world.ehr.key, cds_key=world.ehr.cds_key).lie
    other = came_back(world, "audits").status_code  # and is of the wrong role
    late = world.frame("front")

    assert (one, other, late.get("/smart/return?state=x").status_code) == (403, 403, 429)


Lie = Callable[[dict[str, Any]], dict[str, Any]]
LIES: dict[str, Lie] = {
    "another issuer": lambda told: {**told, "iss": "https://evil.example"},
    "for another app": lambda told: {**told, "aud": "somebody-else"},
    "for several": lambda told: {**told, "aud": [CLIENT, "somebody-else"]},
    "of another launch": lambda told: {**told, "nonce": "another"},
    "run out": lambda told: {**told, "exp": told["exp"] - 3600, "iat": told["iat"] - 3600},
    "nobody we know": lambda told: {**told, "fhirUser": "Practitioner/mallory"},
    "of another EHR": lambda told: {**told, "fhirUser": "https://evil.example/Practitioner/front"},
    "no person": lambda told: {**told, "fhirUser": None},
    "somebody who is disabled": lambda told: {**told, "fhirUser": "Practitioner/gone"},
    "somebody who left": lambda told: {**told, "fhirUser": "Practitioner/left"},
    "a role without a part in it": lambda told: {**told, "fhirUser": "Practitioner/audits"},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=list(LIES))
def test_who_is_vouched_for_wrongly_is_not_let_in(world: EmbeddedWorld, lie: Lie) -> None:
    """Refused, noted, nothing repeated, nothing kept."""
    world.ehr.lie = lie
    before, started = len(refusals(world)), len(world.service.entries("sign_in.started"))
    answer = came_back(world, "front")

    assert (answer.status_code, "evil" in answer.text, "mallory" in answer.text) == (403, False, False)
    assert (len(refusals(world)), len(world.service.entries("sign_in.started"))) == (before + 1, started)


def test_an_ehrs_keys_that_could_not_be_read_for_a_day_open_nothing(world: EmbeddedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was known lets people in for as long; then the frame says why not."""
    assert came_back(world, "front").status_code == 303
    monkeypatch.setattr(remembered, "KEEP_SECONDS", 0.0)
    monkeypatch.setattr(remembered, "RELOAD_SECONDS", 0.0)
    world.ehr.says = {"issuer": None}
    kept = came_back(world, "front")
    monkeypatch.setattr(remembered, "LONGEST_SECONDS", 0.0)
    late = world.frame("front").get(world.ehr.path(world.ehr.launch(PATIENT)))

    assert (kept.status_code, late.status_code) == (303, 403)
    assert "older than a day and could not be read again" in late.text
    assert refusals(world)[-1][1] == TOO_LONG_AGO


@pytest.mark.parametrize(
    "says",
    [{"token_endpoint": "https://evil.example/token"}, {"jwks_uri": "http://127.0.0.1:1/keys"}, {"authorization_endpoint": "http://["},
     {"authorization_endpoint": None}, {"code_challenge_methods_supported": ["plain"]}, {"issuer": None}],
)  # fmt: skip
def test_an_ehr_that_points_elsewhere_is_not_followed(world: EmbeddedWorld, says: dict[str, Any]) -> None:
    """Only its own host, or one that is listed, is ever asked; and it has to check PKCE."""
    world.ehr.says = says

    answer = world.frame("front").get(world.ehr.path(world.ehr.launch(PATIENT)))

    assert (answer.status_code, "location" in answer.headers) == (403, False)


@pytest.mark.parametrize(
    ("context", "status"),
    [({"patient": "PT-999999"}, 404), ({"patient": None}, 400), ({"patient": ["PT-000000"]}, 403), ({"patient": "<script>"}, 403),
     ({"fhirContext": "Appointment/1"}, 403), ({"fhirContext": [7, {"reference": None}]}, 303),
     ({"patient": None, "fhirContext": [{"reference": "Appointment/APT-0000001"}]}, 303)],
)  # fmt: skip
def test_what_is_open_must_be_somebody_we_know(world: EmbeddedWorld, context: dict[str, Any], status: int) -> None:
    """A client, or a visit that leads to one."""
    world.ehr.context = context

    answer = came_back(world, "front", PATIENT, "")

    assert (answer.status_code, "script" in answer.text) == (status, False)


def test_the_app_may_prove_itself_by_a_key(world: EmbeddedWorld) -> None:
    """private_key_jwt, for the token's endpoint and five minutes; the secret is not sent."""
    key = ECKey.generate_key("P-384", {"kid": "app"})
    keys = world.service.opened.paths.keys
    (keys / "app-key.json").write_text(json.dumps(key.as_dict(private=True)))
    told = section(world.ehr, client_secret_file=None, client_key_file="app-key.json")
    (world.service.opened.paths.home / "access.yaml").write_text(yaml.safe_dump({"ehr": told}))
    parts = world.service.opened.service
    before = parts.section
    parts.__dict__["section"] = load_access(world.service.opened.paths.home)
    world.ehr.client_key = ECKey.import_key(key.as_dict(private=False))
    try:
        answer = came_back(world, "front")
        parts.ways_in()
        (keys / "app-key.json").write_text(json.dumps(key.as_dict(private=False)))
        with pytest.raises(SettingsError, match="public key"):
            parts.ways_in()
    finally:
        parts.__dict__["section"] = before

    assert answer.status_code == 303
    assert SECRET not in str(world.ehr.asked[-1])


@pytest.mark.parametrize(
    ("key", "named"),
    [
        (ECKey.generate_key("P-256", {"kid": "app"}), "no key to sign with"),
        (OctKey.generate_key(256, {"kid": "app"}), "no key to sign with"),
        (ECKey.generate_key("P-384"), "no `kid`"),
    ],
)
def test_a_key_that_cannot_sign_is_told_to_who_starts_the_service(world: EmbeddedWorld, key: ECKey | OctKey, named: str) -> None:
    """Before the first launch needs it: of another curve, of another kind, or without the name that SMART asks for."""
    told = EhrSection(world.ehr.base, CLIENT, client_key_file="app-key.json", logins=USERS)
    content = json.dumps(key.as_dict(private=True))
    sealer = world.service.opened.service.embedding.launches._sealer
    launches = Launches(told, lambda _name: content, world.url, SystemClock(), sealer)

    with pytest.raises(SettingsError, match=named):
        launches.check()


@pytest.mark.parametrize(
    ("change", "named"),
    [({"issuer": "http://ehr.example"}, "issuer"), ({"frame_ancestors": ["https://*.example"]}, "frame_ancestors"),
     ({"frame_ancestors": ["https://ehr.example; script-src *"]}, "frame_ancestors"), ({"logins": {}}, "logins"),
     ({"client_key_file": "k.json"}, "client_key_file"), ({"client_secret_file": "../secret"}, "client_secret_file"),
     ({"cds_hooks": {"issuer": "x"}}, "jwks"), ({"hosts": "ehr.example"}, "hosts"), ({"surprise": 1}, "surprise")],
)  # fmt: skip
def test_a_wrong_setting_is_named(world: EmbeddedWorld, tmp_path: Any, change: dict[str, Any], named: str) -> None:
    """Before anybody is launched."""
    (tmp_path / "access.yaml").write_text(yaml.safe_dump({"ehr": {**section(world.ehr), **change}}))

    with pytest.raises(SettingsError, match=named):
        load_access(tmp_path)


def test_every_route_of_the_sidebar_is_of_a_launch(world: EmbeddedWorld) -> None:
    """So that none of them can be opened by anything else."""
    assert {f"{method} {path}" for method, path, _ in declared(world.service.app) if path.startswith("/sidebar")} == {
        route for route, who in EXPECTED.items() if who == LAUNCHED
    }


class _Later:
    """Eleven minutes from now."""

    def now(self) -> Any:
        return SystemClock().now() + timedelta(minutes=11)
