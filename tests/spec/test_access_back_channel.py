"""Signing out at the OpenID provider signs out here: the provider says so by a token, and only such a token is believed."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from httpx import Response

from hsched_adapters.access import logout
from hsched_adapters.clock import SystemClock
from hsched_core.domain.access import Way
from tests.openid_provider import (
    CLIENT,
    LOGOUT,
    SECRET,
    Claims,
    OpenIdProvider,
    by_another_key,
    by_public_key,
    openid_provider,
    unsigned,
)
from tests.service_world import Browser, ServiceWorld, service_world

LOGINS = {"frontdesk@elm.example": "frontdesk", "manager@elm.example": "manager1"}
PATH = "/sign-in/back-channel-logout"


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServiceWorld, OpenIdProvider]]:
    home = tmp_path_factory.mktemp("provider")
    with openid_provider() as provider:
        section = {"issuer": provider.address, "client_id": CLIENT, "client_secret_file": "provider-secret", "logins": LOGINS}
        (home / "access.yaml").write_text(yaml.safe_dump({"provider": section}))
        with service_world(home) as world:
            (home / "keys" / "provider-secret").write_text(f"{SECRET}\n")
            world.opened.service.__dict__["present"] = SystemClock()  # the provider's tokens are of now
            yield world, provider


@pytest.fixture
def world(around: tuple[ServiceWorld, OpenIdProvider]) -> ServiceWorld:
    around[0].opened.service.__dict__.pop("rates", None)  # earlier tries are forgotten
    return around[0]


@pytest.fixture
def provider(around: tuple[ServiceWorld, OpenIdProvider]) -> OpenIdProvider:
    return around[1]


def signed_in(world: ServiceWorld, provider: OpenIdProvider, sub: str, sid: str = "", email: str = "frontdesk@elm.example") -> Browser:
    """A browser of that person, whose session at the provider has that name, if it tells one."""
    provider.person = {"sub": sub, "email": email, "email_verified": True, **({"sid": sid} if sid else {})}
    browser = world.browser()
    there = httpx.get(browser.get("/sign-in/provider").headers["location"], follow_redirects=False)
    back = urlsplit(there.headers["location"])
    assert browser.get(f"{back.path}?{back.query}").headers["location"] == "/"
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def tell(world: ServiceWorld, token: str) -> Response:
    """As the provider's server: no browser, no cookie."""
    return world.browser().post(PATH, data={"logout_token": token})


def test_the_end_of_a_session_there_ends_what_came_from_it(world: ServiceWorld, provider: OpenIdProvider) -> None:
    """The same person's other session stays; each end stands in the trail, under the person's login."""
    stays, ends = signed_in(world, provider, "anna", "desk-1"), signed_in(world, provider, "anna", "desk-2")
    before = len(world.entries("sign_in.ended"))
    answer = tell(world, provider.token(provider.logout()))

    assert (answer.status_code, answer.headers["cache-control"], answer.text) == (200, "no-store", "")
    assert (is_in(stays), is_in(ends)) == (True, False)
    written = world.entries("sign_in.ended")[before:]
    assert [(one.actor, one.body["reason"]) for one in written] == [("frontdesk", "signed_out_at_provider")]
    assert "anna" not in str(written)


def test_the_end_of_a_person_there_ends_all_they_have_here(world: ServiceWorld, provider: OpenIdProvider) -> None:
    """A token without a session means every one; nobody else's, and no sign-in by another way."""
    theirs = [signed_in(world, provider, "berta", sid) for sid in ("one", "two", "")]
    other = signed_in(world, provider, "carl", "one", "manager@elm.example")
    by_password = world.browser("frontdesk")

    assert tell(world, provider.token(provider.logout(sub="berta", sid=None))).status_code == 200
    assert [is_in(one) for one in theirs] == [False, False, False]
    assert (is_in(other), is_in(by_password)) == (True, True)


def test_a_session_that_was_not_told_at_sign_in_ends_with_its_person(world: ServiceWorld, provider: OpenIdProvider) -> None:
    """Some providers name sessions in logout tokens alone."""
    browser = signed_in(world, provider, "dora")
    assert tell(world, provider.token(provider.logout(sid="never-told"))).status_code == 200
    assert not is_in(browser)


def test_half_a_sign_in_and_the_whole_after_it_are_ended_alike(world: ServiceWorld, provider: OpenIdProvider) -> None:
    """Whoever shows a passkey gets a new secret: the provider's session is still what it rests on."""
    signed_in(world, provider, "emil", "with-passkey")
    sign_ins = world.opened.service.sign_ins
    half = world.browser()
    half.cookies = world._browsers[-2].cookies
    secret = next(value for name, value in half.cookies.items() if name.endswith("hsched"))
    whole = sign_ins.start("frontdesk", Way.PROVIDER, instead_of=secret, proof=lambda _recording: None)

    assert sign_ins.of(whole) is not None
    assert tell(world, provider.token(provider.logout())).status_code == 200
    assert sign_ins.of(whole) is None


def test_a_token_counts_once_and_ends_nothing_that_began_after_it(
    world: ServiceWorld, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever caught one cannot keep somebody out; where it is forgotten that it counted, its own time protects."""
    signed_in(world, provider, "fred", "now")
    said = provider.logout()
    token = provider.token(said)
    assert [tell(world, token).status_code for _ in range(2)] == [200, 400]

    monkeypatch.setattr(logout, "LEEWAY_SECONDS", -5)  # as if the token were five seconds and the leeway old
    later = signed_in(world, provider, "fred", "now")
    assert tell(world, provider.token({**said, "jti": "another"})).status_code == 200
    assert is_in(later)


def test_a_token_that_could_not_be_acted_on_may_come_again(world: ServiceWorld, provider: OpenIdProvider) -> None:
    """The store was away: what was not done has not counted."""
    browser = signed_in(world, provider, "gina", "again")
    token, parts = provider.token(provider.logout()), world.opened.service.provider
    assert parts is not None
    with pytest.raises(OSError, match="away"), parts.logouts.told(token):
        raise OSError("away")
    assert is_in(browser)
    assert tell(world, token).status_code == 200
    assert not is_in(browser)


Lie = Callable[[Claims], Claims]


def without(name: str) -> Lie:
    return lambda told: {key: value for key, value in told.items() if key != name}


def saying(**changes: Any) -> Lie:
    return lambda told: {**told, **changes}


LIES: dict[str, Lie] = {
    "another issuer": saying(iss="https://evil.example"),
    "for another client": saying(aud="somebody-else"),
    "run out": lambda told: {**told, "iat": told["iat"] - 3600, "exp": told["exp"] - 3600},
    "of the future": lambda told: {**told, "iat": told["iat"] + 3600, "exp": told["exp"] + 3600},
    "without its time": without("iat"),
    "without an end": without("exp"),
    "without a name of its own": without("jti"),
    "without events": without("events"),
    "another event": saying(events={"http://schemas.openid.net/event/other": {}}),
    "an event that is no object": saying(events={LOGOUT: True}),
    "events that are a list": saying(events=[LOGOUT]),
    "with a nonce": saying(nonce="n"),
    "with an empty nonce": saying(nonce=None),
    "about nobody": lambda told: without("sub")(without("sid")(told)),
    "about a number": saying(sub=1, sid=2),
}


@pytest.fixture(scope="module")
def there(around: tuple[ServiceWorld, OpenIdProvider]) -> Browser:
    """Somebody whose sign-in no lie ends."""
    return signed_in(*around, "hanna", "stays")


@pytest.mark.parametrize("lie", LIES.values(), ids=list(LIES))
def test_a_token_that_is_not_as_it_must_be_ends_nothing(world: ServiceWorld, provider: OpenIdProvider, there: Browser, lie: Lie) -> None:
    """400, not kept, noted as a refusal, and nothing of it repeated."""
    provider.person = {"sub": "hanna", "sid": "stays"}
    before = len(world.entries("access.refused"))
    answer = tell(world, provider.token(lie(provider.logout())))

    assert (answer.status_code, answer.json(), answer.headers["cache-control"]) == (400, {"error": "invalid_token"}, "no-store")
    assert len(world.entries("access.refused")) == before + 1
    assert is_in(there)


@pytest.mark.parametrize("forge", [unsigned, by_another_key, by_public_key])
def test_a_forged_token_ends_nothing(world: ServiceWorld, provider: OpenIdProvider, there: Browser, forge: Any) -> None:
    provider.person = {"sub": "hanna", "sid": "stays"}
    assert tell(world, forge(provider, provider.logout())).status_code == 400
    assert is_in(there)


def test_an_identity_token_is_no_logout_token(world: ServiceWorld, provider: OpenIdProvider, there: Browser) -> None:
    """A browser has one, signed by the same key for the same client."""
    provider.person = {"sub": "hanna", "sid": "stays"}
    assert tell(world, provider.token(provider.claims("a-nonce"))).status_code == 400
    assert is_in(there)


def test_what_is_no_form_with_one_token_is_refused(world: ServiceWorld, provider: OpenIdProvider) -> None:
    token, browser = provider.token(provider.logout(sub="hanna")), world.browser()
    form = {"content-type": "application/x-www-form-urlencoded"}
    bodies = ("", f"logout_token={token}&logout_token={token}", f"token={token}", "logout_token=" + "a" * 20_000)
    answers = [browser.post(PATH, content=body, headers=form) for body in bodies]
    answers.append(browser.post(PATH, json={"logout_token": token}))

    assert [(one.status_code, one.headers["cache-control"]) for one in answers] == [(400, "no-store")] * 5
    assert browser.get(PATH).status_code == 405


def test_where_no_provider_is_named_there_is_no_such_address(tmp_path: Any) -> None:
    with service_world(tmp_path) as other:
        assert tell(other, "a.b.c").status_code == 404
