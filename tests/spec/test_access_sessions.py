"""Z4 and Z5: how a sign-in ends, what its cookie is like, what every form must carry, what a change of roles does."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from httpx import Response

from hsched_core.domain.access import Way
from hsched_core.policy.permissions import PERMISSIONS, Subject
from hsched_service.access.cookies import is_ours
from hsched_service.access.guard import declared
from tests.access_matrix import EXPECTED, LAUNCHED, PUBLIC
from tests.service_world import Browser, ServiceWorld, service_world

FORMS = [route.split(" ")[1] for route, who in EXPECTED.items() if route.startswith("POST") and who not in (PUBLIC, LAUNCHED)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceWorld]:
    with service_world(tmp_path_factory.mktemp("sessions")) as made:
        yield made


@pytest.fixture(autouse=True)
def as_before(world: ServiceWorld) -> None:
    world.people()


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def password_sign_in(world: ServiceWorld, browser: Browser, login: str = "frontdesk") -> Response:
    demo = world.opened.service.demo
    assert demo is not None
    return browser.post("/sign-in", data={"login": login, "password": demo.printed()[login]})


def test_a_quiet_sign_in_ends_after_a_quarter_of_an_hour(world: ServiceWorld) -> None:
    """Each page is a sign of life; without one it is over."""
    browser = world.browser("frontdesk")
    seen = []
    for minutes in (14, 14, 15):
        world.present.instant += timedelta(minutes=minutes)
        seen.append(is_in(browser))

    assert seen == [True, True, False]


def test_a_busy_sign_in_ends_after_twelve_hours(world: ServiceWorld) -> None:
    """However many pages there were."""
    browser = world.browser("frontdesk")
    lasted = 0
    while is_in(browser):
        world.present.instant += timedelta(minutes=10)
        lasted += 10

    assert lasted == 12 * 60


def test_the_practices_clock_does_not_end_a_sign_in(world: ServiceWorld) -> None:
    """In a sandbox a day passes in minutes; people's quarter of an hour is their own."""
    browser = world.browser("frontdesk")
    world.clock.instant += timedelta(days=3)

    assert is_in(browser)


def test_signing_out_ends_it_on_the_server(world: ServiceWorld) -> None:
    """What the browser had is worth nothing afterwards, also for who copied it."""
    browser = world.browser("frontdesk")
    copied = dict(browser.cookies)
    answer = browser.submit("/sign-out")
    thief = world.browser()
    thief.cookies.update(copied)

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert not is_in(thief)
    assert world.entries("sign_in.ended")[-1].body == {"reason": "signed_out"}


def test_each_sign_in_has_a_new_secret_and_ends_the_one_before(world: ServiceWorld) -> None:
    """A secret that somebody planted before is worth nothing after."""
    browser = world.browser("manager1")
    before = dict(browser.cookies)
    password_sign_in(world, browser)
    planted = world.browser()
    planted.cookies.update(before)

    assert dict(browser.cookies) != before
    assert is_in(browser)
    assert not is_in(planted)


def test_the_store_holds_no_secret(world: ServiceWorld) -> None:
    """Only its hash."""
    secret = world.opened.service.sign_ins.start("frontdesk", Way.DEMO)
    found = world.opened.service.sign_ins.of(secret)

    assert found is not None
    assert found.id != secret
    assert secret not in "".join(map(str, world.entries()))
    assert world.opened.service.sign_ins.of(found.id) is None


def test_the_cookie_on_this_machine_is_plain_and_kept_from_scripts(world: ServiceWorld) -> None:
    """There is no TLS on loopback, and browsers would not keep a Secure one."""
    (cookie,) = [one for one in password_sign_in(world, world.browser()).headers.get_list("set-cookie") if one.startswith("hsched=")]

    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie


def test_the_cookie_of_a_real_service_is_bound_to_its_host_and_to_tls(tmp_path_factory: pytest.TempPathFactory) -> None:
    """`__Host-`, Secure, HttpOnly, of this site; the service's own addresses carry the path a proxy shows it under."""
    with service_world(tmp_path_factory.mktemp("tls"), service_url="https://elm.example/hsched") as world:
        answer = password_sign_in(world, world.browser())
        (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-hsched=")]

    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert answer.headers["location"] == "/hsched/"


def test_every_form_of_the_service_is_tried_here(world: ServiceWorld) -> None:
    """Whatever changes something and needs a sign-in; the sidebar's forms are of a launch, and tried there."""
    ours = PERMISSIONS.keys() - {Subject.SIDEBAR}
    assert {path for method, path, subject in declared(world.app) if method not in ("GET", "*") and subject in ours} == set(FORMS)


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("said", ["nothing", "another's", "empty", "old"])
def test_a_form_that_is_not_of_this_sign_in_does_nothing(world: ServiceWorld, path: str, said: str) -> None:
    """Without its secret, with another person's, or with the one of an earlier sign-in."""
    browser, other = world.browser("manager1"), world.browser("manager2")
    old = browser.csrf
    if said == "old":
        browser = world.browser("manager1")
    given = {"nothing": {}, "another's": {"csrf": other.csrf}, "empty": {"csrf": ""}, "old": {"csrf": old}}[said]

    answer = browser.post(path.replace("{", "").replace("}", ""), data=given)

    assert answer.status_code == 403
    assert "nothing was done" in answer.text
    assert is_in(browser)


def test_a_script_of_our_pages_sends_the_secret_as_a_header(world: ServiceWorld) -> None:
    """For what is not a form."""
    browser = world.browser("frontdesk")

    assert browser.post("/sign-out", headers={"x-csrf-token": browser.csrf}).status_code == 303


def test_who_is_disabled_is_out_at_the_next_request(world: ServiceWorld) -> None:
    """While signed in; and in again, when they may."""
    browser = world.browser("frontdesk")
    before = is_in(browser)
    world.people(frontdesk={"roles": ["front_desk"], "is_active": False})
    disabled = is_in(browser)
    world.people()

    assert (before, disabled, is_in(browser)) == (True, False, True)


def test_a_role_that_is_taken_away_is_gone_at_the_next_request(world: ServiceWorld) -> None:
    """The manager who becomes front desk no longer releases the switch; the trail keeps that they tried."""
    browser = world.browser("manager1")
    world.opened.path.stop("manager1")
    world.people(manager1={"roles": ["front_desk"]})
    refused = browser.submit("/switch/release")
    noted = world.entries("access.refused")[-1]
    world.people()
    allowed = browser.submit("/switch/release")

    assert (refused.status_code, allowed.status_code) == (403, 303)
    assert (noted.actor, noted.subject, noted.body) == ("manager1", "permission:release", {"reason": "role"})


def test_who_is_no_longer_listed_is_out(world: ServiceWorld) -> None:
    """And a file that is broken lets nobody in."""
    browser = world.browser("frontdesk")
    world.people(frontdesk=None)
    left = browser.get("/account").status_code
    world.opened.paths.people.write_text("frontdesk: [")
    broken = browser.get("/account").status_code

    assert (left, broken) == (303, 503)


def test_pages_are_kept_by_nobody_and_load_nothing_from_elsewhere(world: ServiceWorld) -> None:
    """No store, no frame, no inline script or style, no address told to others."""
    for path in ("/sign-in", "/account", "/nothing-here"):
        headers = world.browser("frontdesk").get(path).headers
        policy = headers["content-security-policy"]

        assert headers["cache-control"] == "no-store"
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_who_had_to_sign_in_again_comes_back_to_the_page_they_wanted(world: ServiceWorld) -> None:
    """To a page of ours, never elsewhere."""
    browser = world.browser()
    browser.get("/account")
    wanted = password_sign_in(world, browser)
    browser.cookies.set("hsched-wanted", "//evil.example/", domain="127.0.0.1")
    planted = password_sign_in(world, browser)

    assert (wanted.headers["location"], planted.headers["location"]) == ("/account", "/")


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "/a?b=c", "/" + "a" * 300, "", "/a b"])
def test_a_path_that_leads_elsewhere_is_not_ours(path: str) -> None:
    """Or that is longer than any of ours."""
    assert not is_ours(path)
