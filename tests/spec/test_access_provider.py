"""Signing in at an OpenID provider: a real one on this machine, honest and not. Whom it vouches for wrongly is not let in."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

import httpx
import pytest
import yaml
from httpx import Response
from joserfc.jwk import RSAKey
from limits import RateLimitItemPerHour

from hsched_adapters.access import remembered
from hsched_adapters.access.rates import Rates
from hsched_adapters.clock import SystemClock
from hsched_core.domain.access import TOO_LONG_AGO
from hsched_core.domain.errors import SettingsError
from tests.openid_provider import CLIENT, SECRET, OpenIdProvider, by_another_key, by_public_key, openid_provider, unsigned
from tests.service_world import Browser, ServiceWorld, service_world

NOT_READ = "older than a day and could not be read again"
LOGINS = {"frontdesk@elm.example": "frontdesk", "gone@elm.example": "gone", "left@elm.example": "nobody-now"}


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
    world, provider = around
    honest = OpenIdProvider(key=provider.key, address=provider.address)
    provider.person, provider.lie, provider.forge, provider.says = honest.person, honest.lie, None, {}
    for name in ("provider", "rates"):  # what it said before is forgotten, and so are earlier tries
        world.opened.service.__dict__.pop(name, None)
    return world


@pytest.fixture
def provider(around: tuple[ServiceWorld, OpenIdProvider]) -> OpenIdProvider:
    return around[1]


def way_back(browser: Browser) -> str:
    """Off to the provider, and the path at which the browser comes back."""
    leaving = browser.get("/sign-in/provider")
    there = httpx.get(leaving.headers["location"], follow_redirects=False)
    back = urlsplit(there.headers["location"])
    return f"{back.path}?{back.query}"


def signed_in(browser: Browser) -> Response:
    return browser.get(way_back(browser))


def test_a_person_of_the_practice_is_signed_in(world: ServiceWorld, provider: OpenIdProvider) -> None:
    """By code and PKCE, with the client's secret in the header and no secret in any address."""
    browser = world.browser()
    leaving = browser.get("/sign-in/provider").headers["location"]
    answer = signed_in(browser)

    asked = parse_qs(urlsplit(leaving).query)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "frontdesk" in browser.get("/account").text
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert provider.asked[-1]["code_verifier"] not in leaving
    assert SECRET not in leaving + str({**provider.asked[-1], "authorization": ""})


def test_the_way_back_works_once(world: ServiceWorld) -> None:
    """The same address again, in the same browser or in another one, signs nobody in."""
    browser = world.browser()
    path = way_back(browser)

    first, again, elsewhere = browser.get(path), browser.get(path), world.browser().get(path)

    assert (first.status_code, again.status_code, elsewhere.status_code) == (303, 400, 400)


def test_a_code_is_worth_nothing_in_anothers_browser(world: ServiceWorld) -> None:
    """An attacker's answer in a victim's browser does not sign the victim in as the attacker."""
    attacker, victim = world.browser(), world.browser()
    victim.get("/sign-in/provider")

    answer = victim.get(way_back(attacker))

    assert answer.status_code == 403
    assert victim.get("/account").status_code == 303


def test_an_answer_in_another_providers_name_is_not_taken(world: ServiceWorld, provider: OpenIdProvider) -> None:
    """RFC 9207: the code is not even shown to ours."""
    browser = world.browser()
    path, asked = way_back(browser), len(provider.asked)
    answer = browser.get(path.replace(quote_plus(provider.address), quote_plus("https://evil.example")))

    assert (answer.status_code, world.entries("access.refused")[-1].body["reason"]) == (403, "issuer")
    assert len(provider.asked) == asked


def test_a_sign_in_that_takes_too_long_begins_again(world: ServiceWorld) -> None:
    """After ten minutes what the browser kept is worth nothing."""
    browser = world.browser()
    path = way_back(browser)
    later = SystemClock().now() + timedelta(minutes=11)
    world.opened.service.provider._sealer._present = type("Later", (), {"now": lambda self: later})()  # for this test

    assert browser.get(path).status_code == 400


MOST = 2  # tries in an hour


@pytest.fixture
def strict(world: ServiceWorld) -> ServiceWorld:
    world.opened.service.__dict__["rates"] = Rates("sign_in", address=RateLimitItemPerHour(MOST))
    return world


def test_nobody_is_held_back_by_answers_that_belong_to_nothing(strict: ServiceWorld) -> None:
    """Such as another site's page causes in anybody's browser: without our cookie, with another state, without a code."""
    for _ in range(MOST + 1):
        browser = strict.browser()
        statuses = [browser.get("/sign-in/return?code=x&state=x").status_code]
        paths = [way_back(browser).replace("state=", "state=x"), way_back(browser).replace("code=", "error=access_denied&code_=")]
        statuses += [browser.get(paths[1]).status_code]
        way_back(browser)
        statuses += [browser.get(paths[0]).status_code]

        assert statuses == [400, 403, 403]

    assert signed_in(strict.browser()).status_code == 303


def test_an_office_signs_in_through_one_address(strict: ServiceWorld) -> None:
    """However many they are."""
    assert [signed_in(strict.browser()).status_code for _ in range(MOST + 2)] == [303] * (MOST + 2)


@pytest.mark.parametrize("about", [{"exp": 0}, {"email": "mallory@elm.example"}, {"email": "left@elm.example"}, "another code"])
def test_answers_that_the_provider_does_not_stand_for_are_counted(strict: ServiceWorld, provider: OpenIdProvider, about: Any) -> None:
    """Then nothing that comes back from there is looked at for an hour, and the provider is not asked."""
    provider.lie = (lambda told: {**told, **about}) if isinstance(about, dict) else provider.lie
    guesses = []
    for _ in range(MOST):
        browser = strict.browser()
        path = way_back(browser)
        guesses.append(browser.get(path if isinstance(about, dict) else path.replace("code=", "code=x")).status_code)
    provider.lie = lambda told: told
    asked = len(provider.asked)

    assert guesses == [403] * MOST
    assert signed_in(strict.browser()).status_code == 429
    assert len(provider.asked) == asked


Lie = Callable[[dict[str, Any]], dict[str, Any]]
LIES: dict[str, Lie] = {
    "another issuer": lambda told: {**told, "iss": "https://evil.example"},
    "for another client": lambda told: {**told, "aud": "somebody-else"},
    "for several, not for us in particular": lambda told: {**told, "aud": [CLIENT, "somebody-else"]},
    "authorized for another": lambda told: {**told, "azp": "somebody-else"},
    "of another sign-in": lambda told: {**told, "nonce": "another"},
    "without nonce": lambda told: {name: value for name, value in told.items() if name != "nonce"},
    "run out": lambda told: {**told, "exp": told["exp"] - 3600, "iat": told["iat"] - 3600},
    "without an end": lambda told: {name: value for name, value in told.items() if name != "exp"},
    "of the future": lambda told: {**told, "iat": told["iat"] + 3600},
    "without a subject": lambda told: {name: value for name, value in told.items() if name != "sub"},
    "address not verified": lambda told: {**told, "email_verified": False},
    "address verified by a word": lambda told: {**told, "email_verified": "true"},
    "no address": lambda told: {**told, "email": None},
    "nobody we know": lambda told: {**told, "email": "mallory@elm.example"},
    "somebody who is disabled": lambda told: {**told, "email": "gone@elm.example"},
    "somebody who left": lambda told: {**told, "email": "left@elm.example"},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=list(LIES))
def test_a_token_that_is_not_as_it_must_be_signs_nobody_in(world: ServiceWorld, provider: OpenIdProvider, lie: Lie) -> None:
    """Each is refused, noted, and nothing of it is repeated."""
    provider.lie = lie
    before = len(world.entries("access.refused"))
    browser = world.browser()
    answer = signed_in(browser)

    assert answer.status_code == 403
    assert browser.get("/account").status_code == 303
    assert "example" not in answer.text
    assert len(world.entries("access.refused")) == before + 1


@pytest.mark.parametrize("forge", [unsigned, by_another_key, by_public_key])
def test_a_forged_token_signs_nobody_in(world: ServiceWorld, provider: OpenIdProvider, forge: Any) -> None:
    """Unsigned, by another key, or by a key that everybody knows."""
    provider.forge = forge

    assert signed_in(world.browser()).status_code == 403


def test_a_provider_may_change_its_key(world: ServiceWorld, provider: OpenIdProvider) -> None:
    """The new one is asked for when the old ones do not fit."""
    first = signed_in(world.browser())
    old, provider.key = provider.key, RSAKey.generate_key(2048, {"kid": "second"})
    world.opened.service.provider._provider._keys._known._now = lambda: monotonic() + 60  # a minute later, for this test
    second = signed_in(world.browser())
    provider.key = old

    assert (first.status_code, second.status_code) == (303, 303)


@pytest.mark.parametrize(
    "says",
    [{"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"}, {"jwks_uri": None}, {"jwks_uri": "http://["}],
)
def test_a_provider_that_describes_itself_wrongly_is_not_asked(world: ServiceWorld, provider: OpenIdProvider, says: dict[str, Any]) -> None:
    """Another name, or endpoints without TLS: a page says that it did not work."""
    provider.says = says

    answer = world.browser().get("/sign-in/provider")

    assert (answer.status_code, "evil" in answer.text) == (503, False)


def test_keys_that_could_not_be_read_for_a_day_sign_nobody_in(
    world: ServiceWorld, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They do for as long; then whoever signs in reads why not, and it is not counted against the address they share."""
    assert signed_in(world.browser()).status_code == 303
    monkeypatch.setattr(remembered, "KEEP_SECONDS", 0.0)
    monkeypatch.setattr(remembered, "RELOAD_SECONDS", 0.0)
    browser = world.browser()
    path = way_back(browser)
    provider.says = {"issuer": "https://evil.example"}
    kept = browser.get(path)
    browser = world.browser()
    provider.says = {}
    path = way_back(browser)
    provider.says = {"issuer": "https://evil.example"}
    monkeypatch.setattr(remembered, "LONGEST_SECONDS", 0.0)
    late = browser.get(path)

    assert (kept.status_code, late.status_code) == (303, 403)
    assert NOT_READ in late.text
    assert world.entries("access.refused")[-1].body["reason"] == TOO_LONG_AGO


def test_without_its_secret_nobody_signs_in_and_who_starts_the_service_is_told(world: ServiceWorld) -> None:
    """A visitor learns nothing of files; whoever starts the service learns which one is missing."""
    file = world.opened.paths.keys / "provider-secret"
    kept = file.read_text()
    file.unlink()
    try:
        answer = world.browser().get("/sign-in/provider")
        with pytest.raises(SettingsError, match="keys/provider-secret cannot be read"):
            world.opened.service.ways_in()
    finally:
        file.write_text(kept)

    assert (answer.status_code, "provider-secret" in answer.text) == (503, False)
