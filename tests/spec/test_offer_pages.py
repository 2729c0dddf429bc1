"""The page behind an offer's link: what it says, to whom, with which status, and what it never does."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from hsched_adapters.client_links import PURPOSE, ClientLinks
from hsched_adapters.keys import Keyring
from hsched_core.domain.appointments import AppointmentStatus
from hsched_core.domain.contact import Channel
from hsched_core.domain.errors import SafeError
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.vocabulary import Modality
from hsched_core.messages.lint import revealing
from hsched_core.policy.client_pages import Standing as Visit
from hsched_core.workflow.waitlist import Standing as Offer
from hsched_service.client.language import LANGUAGES, words_for
from tests.desk_world import CLIENTS, DeskWorld, visit
from tests.fake_links import FakeLinkStore
from tests.fake_other_side import Fault
from tests.http_desk import FORM, Opened, app_of, opened_with, serving, token_of

CLINICAL = re.compile(
    r"therap|counsel|clinic|psych|mental|session|patient|diagnos|treatment|terap|clínic|consej|sesión|paciente", re.IGNORECASE
)


class Page:
    """A browser with the link of the first offer."""

    def __init__(self, world: DeskWorld, opened: Opened, browser: httpx.Client) -> None:
        self.world, self.links, self.browser = world, opened.links, browser
        self.path = f"/o/{token_of(opened, world.offers()[0].id)}"

    def get(self, language: str = "en-US,en;q=0.9") -> tuple[int, str]:
        answer = self.browser.get(self.path, headers={"Accept-Language": language})
        return answer.status_code, answer.text

    def post(self, answer: str) -> tuple[int, str]:
        told = self.browser.post(self.path, content=f"answer={answer}", headers=FORM)
        return told.status_code, told.text


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Opened, httpx.Client]]:
    """One server for all pages; each test gives it a practice of its own."""
    app, opened = app_of(DeskWorld(), tmp_path_factory.mktemp("service"))
    with serving(app) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as browser:
        yield opened, browser


@pytest.fixture
def page(service: tuple[Opened, httpx.Client], tmp_path: Path) -> Page:
    opened, browser = service
    world = DeskWorld()
    world.cancel()
    world.desk.advance()
    vars(opened).update(vars(opened_with(world, tmp_path)))
    return Page(world, opened, browser)


def test_the_page_says_what_is_free_and_asks(page: Page) -> None:
    """Day, time, length and way on the practice's wall clock; two buttons."""
    status, text = page.get()

    assert status == 200
    assert re.findall(r'<p class="when"><strong>(.*?)</strong> <span.*?>(.*?)</span> <span.*?>(.*?)</span>', text) == [
        ("Wednesday, March 4", "12:00 PM EST", "50 minutes, by video")
    ]
    assert "12:30 PM EST" in text
    assert re.findall(r'value="(\w+)"', text) == ["accept", "decline"]


def test_looking_changes_nothing(page: Page) -> None:
    """Scanners of links follow every one."""
    before = len(page.world.store.tables.audit)
    for _ in range(3):
        page.get()
        page.browser.head(page.path)

    assert (page.world.ends(), len(page.world.store.tables.audit)) == (["sent"], before)


def test_a_yes_is_booked(page: Page) -> None:
    """And the same yes, and every later look, says the same."""
    assert [page.post("accept")[0], page.post("accept")[0], page.get()[0]] == [200, 200, 200]
    assert "The time is yours" in page.get()[1]
    assert page.world.booked() == [CLIENTS[0]]


def test_a_yes_the_ehr_did_not_answer_is_received(page: Page) -> None:
    """Not "booked" before it is known."""
    page.world.ehr.faults.append(Fault.HANGS_AFTER_COMMIT)
    status, text = page.post("accept")

    assert (status, "We received your answer" in text, "booked" in text) == (202, True, False)


def test_a_no_is_thanked(page: Page) -> None:
    """A yes after it does not count."""
    assert [page.post("decline")[0], page.post("decline")[0], page.post("accept")[0]] == [200, 200, 409]
    assert page.world.booked() == []


def test_a_no_after_a_yes_does_not_count(page: Page) -> None:
    """A booking is cancelled by a person; the page says it stands."""
    page.post("accept")
    status, text = page.post("decline")

    assert (status, "please call us" in text, page.world.state) == (409, True, OpeningState.FILLED)


def test_a_booking_that_was_cancelled_since_is_not_said_to_stand(page: Page) -> None:
    """In either language, with the words that ask for a call; the same yes again brings nothing back."""
    page.post("accept")
    name = next(name for name, one in page.world.ehr.appointments_by_id.items() if one.takes_time)
    page.world.ehr.change(name, AppointmentStatus.CANCELLED)
    (status, english), (_, spanish) = page.get(), page.get("es")

    assert (status, "not booked any more" in english, "please call us" in english, "It is booked" in english) == (410, True, True, False)
    assert ("ya no está reservada" in spanish, "llámenos" in spanish) == (True, True)
    assert (page.post("accept")[0], page.world.booked()) == (410, [CLIENTS[0]])


def test_who_comes_too_late_is_told_kindly(page: Page) -> None:
    """Gone, in the sense of HTTP; still on the list."""
    page.world.wait(minutes=30)

    for status, text in (page.post("accept"), page.post("decline"), page.get()):
        assert (status, "You stay on our list" in text, "<form" in text) == (410, True, False)


def test_who_lost_the_time_is_told_kindly(page: Page) -> None:
    """Staff filled it by phone."""
    page.world.ehr.book("ab" * 16, visit("77" * 16))

    for status, text in (page.post("accept"), page.get()):
        assert (status, "You stay on our list" in text) == (409, True)
    assert page.world.booked() == []


@pytest.mark.parametrize("token", ["x", "A" * 43, "../../etc/passwd", "%00" * 43, "ä" * 43, "=" * 43, "A" * 5000])
def test_an_address_we_did_not_make_leads_nowhere(page: Page, token: str) -> None:
    """404, whatever it is."""
    for answer in (page.browser.get(f"/o/{token}"), page.browser.post(f"/o/{token}", content="answer=accept", headers=FORM)):
        assert answer.status_code == 404


def test_every_single_bit_of_an_address_counts(page: Page) -> None:
    """Nothing near it is an address."""
    token = page.path.removeprefix("/o/")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    changed = [token[:place] + letter + token[place + 1 :] for place in range(len(token)) for letter in alphabet if letter != token[place]]
    found = [one for one in changed if page.links.id_of(one) == page.links.id_of(token)]

    # The last letter carries four bits; the sixteen letters that share them are one address in base64.
    assert all(one[:-1] == token[:-1] for one in found)
    assert (len(changed), len(found) <= 3) == (43 * 63, True)


def test_addresses_are_the_same_each_time_and_live_through_a_new_key(tmp_path: Path) -> None:
    """A repeated message carries the same one; a practice's addresses are no other practice's; what is stored is not the address."""
    world = DeskWorld()
    world.cancel()
    world.desk.advance()
    keyring, case_id, store = Keyring(tmp_path, "elm"), world.offers()[0].id, FakeLinkStore(world.store)
    links = ClientLinks(keyring, "https://example.org/", store, world, is_reachable=True)
    first = links.link(case_id)
    assert first == links.link(case_id)
    assert first.startswith("https://example.org/o/")
    token = first.rpartition("/")[2]
    keyring.rotate(PURPOSE)

    assert store.links[links.id_of(token)].case_id == case_id
    assert links.link(case_id) != first
    assert links.token(case_id) != ClientLinks(Keyring(tmp_path, "oak"), "", store, world, is_reachable=True).token(case_id)
    assert token not in str(store.links) + str(world.store.tables.audit)
    with pytest.raises(SafeError, match="no_such_case"):
        links.link("0" * 32)


@pytest.mark.parametrize(
    "body", ["", "answer=", "answer=maybe", "answer=accept&answer=decline", "accept", "answer=accept" + "&x=1" * 200, "\xff"]
)
def test_an_answer_that_is_none_changes_nothing(page: Page, body: str) -> None:
    """400, and the offer is as it was."""
    told = page.browser.post(page.path, content=body.encode("latin-1"), headers=FORM)

    assert (told.status_code, page.world.ends()) == (400, ["sent"])


def test_an_ehr_that_does_not_answer_is_a_page_too(page: Page) -> None:
    """Try again; nothing is lost, nothing is promised."""
    page.world.ehr.is_down = True
    status, text = page.post("accept")

    assert (status, "Nothing is lost" in text, page.world.ends()) == (503, True, ["sent"])


def test_every_page_keeps_to_itself(page: Page) -> None:
    """No script, nothing from elsewhere, no referrer, not stored, not framed, not indexed."""
    for answer in (page.browser.get(page.path), page.browser.get("/o/x"), page.browser.post(page.path, content="answer=no", headers=FORM)):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self'; form-action")
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert (answer.headers["x-content-type-options"], answer.headers["x-robots-tag"]) == ("nosniff", "noindex, nofollow")
        assert not re.search(r"<script|<style|style=|\son\w+=|https?://|src=|@import|url\(", answer.text)
        assert "set-cookie" not in answer.headers


def test_a_screen_reader_finds_its_way(page: Page) -> None:
    """Language, title, one heading, buttons with words."""
    _, text = page.get("es")

    assert re.search(r'<html lang="es">.*<title>Hay una hora libre</title>.*<main>.*<h1>', text, re.DOTALL)
    assert re.findall(r"<button[^>]*>([^<]+)</button>", text) == ["Sí, quiero esta hora", "No, gracias"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("fr", "en"),
        ("es-MX,es;q=0.8", "es"),
        ("fr,es;q=0.5,en;q=0.2", "es"),
        ("en;q=0.1,es", "es"),
        ("es;q=0,en", "en"),
        ("es;q=x", "en"),
    ],
)
def test_the_browser_says_which_language(accepted: str, language: str) -> None:
    """English where it asks for neither."""
    assert words_for(accepted).language == language


def test_no_page_in_no_language_names_anything_clinical() -> None:
    """Whoever looks over a shoulder learns a time of day."""
    start = visit().starts_at
    for words in LANGUAGES.values():
        whens = [
            words.when(visit(starts_at=start + timedelta(days=30 * number, hours=number)), visit().starts_at.tzinfo) for number in range(12)
        ]
        shown = [*words.every(), *(part for when in whens for part in (when.day, when.clock, when.how))]
        assert [sentence for sentence in shown if CLINICAL.search(sentence) or revealing(sentence)] == []
        assert words.modality.keys() == set(Modality)
        assert words.channels.keys() == set(Channel)


def test_both_languages_say_the_same_things() -> None:
    """No page falls back on the other one."""
    one, other = LANGUAGES.values()
    for part in ("offers", "visits", "pages", "labels"):
        assert getattr(one, part).keys() == getattr(other, part).keys()
    assert one.visits.keys() == set(Visit)
    assert one.offers.keys() == set(Offer)


def test_nothing_of_a_client_or_an_address_reaches_a_log(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    """Not when all goes well, not when the EHR is down, not when something breaks."""
    caplog.set_level(logging.DEBUG)
    page.world.ehr.is_down = True
    page.post("accept")
    page.world.ehr.is_down = False
    page.world.desk.look = lambda _case_id: 1 / 0
    assert page.get()[0] == 500
    page.post("accept")

    theirs = ("httpx", "httpcore")  # the browser's own
    ours = "".join(record.getMessage() for record in caplog.records if not record.name.startswith(theirs))
    assert "ZeroDivisionError" in ours
    token = page.path.removeprefix("/o/")
    assert not any(secret in ours for secret in (token, *CLIENTS, page.world.offers()[0].id))
