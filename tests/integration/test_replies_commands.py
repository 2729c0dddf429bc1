"""`hsched replies` as a person types it, and the page that is sent, on a practice's own folder."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.paging import NoPager, Paging, WebhookPager, document, paging_from
from hsched_adapters.people_file import demo_people, save_people
from hsched_adapters.settings import Paths, Practice, Source, load_practice, save_practice
from hsched_cli.main import run
from hsched_cli.replies import printable
from hsched_core.domain.contact import Channel
from hsched_core.domain.errors import SettingsError, UserError
from hsched_core.domain.replies import InboundText, Page, Reason
from hsched_core.ports.replies import PageError
from hsched_pipelines.operations.event_work import poll
from tests.scripted_http import says, scripted

Typed = Callable[..., tuple[int, str]]
CLIENT, CRISIS, QUESTION = "0a" * 16, "c1" * 16, "d2" * 16
WORDS = "I want to die \x1b[2J Zanzibar"
PAGE = Page("elm", CRISIS, Reason.CRISIS, datetime(2026, 3, 3, 17, tzinfo=UTC), 1)


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenPractice:
    """A practice without a connection to its EHR, and two replies that nobody has read."""
    source = Source(kind="daily_exports", path="exports", map="sandbox-practice")
    save_practice(Paths(tmp_path), Practice("elm", "Elm", "America/New_York", "US", source, date(2026, 1, 1)))
    save_people(tmp_path / "people.yaml", demo_people([CLIENT]))
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))
    monkeypatch.setenv("HSCHED_TODAY", "2026-03-03T12:00:00-05:00")
    opened = open_practice()
    for message, text in ((QUESTION, "what time?"), (CRISIS, WORDS)):
        opened.texts.keep(InboundText(message, CLIENT, Channel.TEXT, opened.clock.now()), text)
    return opened


@pytest.fixture
def typed(practice: OpenPractice, capfd: pytest.CaptureFixture[str]) -> Typed:
    """The exit code and what stands on the screen."""
    from hsched_cli import console

    def type_(*words: str) -> tuple[int, str]:
        for one in (console.out, console.err):
            one.cache_clear()
        code = 0
        try:
            run(["replies", *words])
        except SystemExit as ended:
            code = int(ended.code or 0)
        read = capfd.readouterr()
        return code, read.out + read.err

    return type_


def test_a_reply_from_its_list_to_its_end(typed: Typed) -> None:
    """Unread, worked on, listed with the gravest first, read, taken, closed; no word of the client before it is asked for."""
    assert "nobody has read it yet" in typed()[1]
    assert "page failed: 1" in typed("work")[1]
    listed = typed()[1]
    assert listed.index(CRISIS[:12]) < listed.index(QUESTION[:12])
    assert "crisis" in listed
    assert "practice.yaml has no `paging:` section" in listed
    assert "Zanzibar" not in listed
    rows = json.loads(typed("list", "--json")[1])["replies"]
    assert [(row["reasons"], row["pauses_contact"]) for row in rows] == [(["crisis"], True), (["question"], False)]
    assert typed("show", CRISIS[:6], "--as", "frontdesk")[1] == "I want to die \N{REPLACEMENT CHARACTER}[2J Zanzibar\n"
    assert typed("take", CRISIS[:6], "--as", "frontdesk")[0] == 0
    assert "frontdesk has it" in typed()[1]
    code, told = typed("resolve", CRISIS[:6], "--outcome", "cared_for", "--as", "frontdesk")
    assert (code != 0, "closed by a clinician" in told) == (True, True)
    assert typed("resolve", CRISIS[:6], "--outcome", "cared_for", "--as", "manager1") == (0, f"{CRISIS[:12]} is done.\n")
    assert typed("resolve", QUESTION[:6], "--outcome", "answered", "--as", "frontdesk")[0] == 0
    assert typed()[1] == "No reply waits for a person.\n"


def test_the_event_flow_reads_replies_before_it_asks_an_ehr(practice: OpenPractice) -> None:
    """This practice has no connection at all: the poll fails, and the client's words did not wait for it."""
    with pytest.raises(UserError, match="not connected"):
        poll(practice)
    assert practice.texts.unread(10) == []
    with practice.path_store.looking() as state:
        assert state.contact_facts(CLIENT, "").is_paused


@pytest.mark.parametrize("login", ["auditor", "datateam"])
def test_who_may_not_read_what_clients_write_does_not(typed: Typed, login: str) -> None:
    typed("work")
    code, told = typed("show", CRISIS[:6], "--as", login)
    assert (code != 0, "may not read" in told, "Zanzibar" in told) == (True, True, False)


@pytest.mark.parametrize("started", ["c1", "ffff", ""])
def test_a_reply_that_is_not_named_clearly_is_asked_for_again(typed: Typed, started: str) -> None:
    code, told = typed("show", started, "--as", "frontdesk")
    assert (code != 0, "See `hsched replies`." in told) == (True, True)


@given(st.text())
def test_a_terminal_obeys_nothing_that_a_client_wrote(text: str) -> None:
    assert all(sign.isprintable() or sign == "\n" for sign in printable(text))


def test_a_page_says_that_a_reply_waits_and_nothing_of_the_client(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("abc\n")
    with scripted(says("200 OK")) as server:
        WebhookPager(Paging(f"{server.address}/on-call", "token"), tmp_path).page(PAGE)
        assert server.asked == ["POST /on-call HTTP/1.1"]
    assert set(document(PAGE)) == {"text", "practice", "reply", "reason", "received_at", "number"}


@pytest.mark.parametrize(
    ("status", "reason"),
    [("500 Oops", "status_500"), ("404 Not Found", "status_404"), ("302 Found", "status_302")],
)
def test_a_page_that_is_not_taken_is_an_error_in_a_word(tmp_path: Path, status: str, reason: str) -> None:
    with scripted(says(status)) as server, pytest.raises(PageError) as failed:
        WebhookPager(Paging(server.address), tmp_path).page(PAGE)
    assert failed.value.reason == reason


def test_a_page_that_reaches_nobody_is_an_error_in_a_word(tmp_path: Path) -> None:
    with scripted(says("200 OK")) as server:
        address = server.address
    for pager, reason in (
        (WebhookPager(Paging(address), tmp_path), "not_reached"),
        (WebhookPager(Paging(address, "token"), tmp_path), "no_token"),
        (NoPager(), "nobody_named"),
    ):
        with pytest.raises(PageError) as failed:
            pager.page(PAGE)
        assert failed.value.reason == reason


@pytest.mark.parametrize(
    ("content", "says_"),
    [
        ({"url": "http://pages.example/x"}, "not encrypted"),
        ({"url": "ftp//x"}, "not an address"),
        ({"url": "https://u:p@pages.example"}, "not an address"),
        ({"url": 7}, "not an address"),
        ({}, "has no url"),
        ([1], "has no url"),
        ({"url": "https://pages.example", "to": "x"}, "unknown keys: to"),
        ({"url": "https://pages.example", "token_file": "../token"}, "not a file's name"),
        ({"url": "https://pages.example", "timeout_seconds": 0}, "not a number of seconds"),
    ],
)
def test_a_paging_section_that_is_wrong_says_what_and_how_to_mend_it(content: object, says_: str) -> None:
    with pytest.raises(SettingsError, match=says_) as failed:
        paging_from(content)
    assert failed.value.remedy


def test_the_paging_section_is_kept_as_it_was(tmp_path: Path) -> None:
    source = Source(kind="daily_exports", path="exports", map="sandbox-practice")
    paging = Paging("https://pages.example/on-call", "page-token")
    save_practice(Paths(tmp_path), Practice("elm", "Elm", "America/New_York", "US", source, date(2026, 1, 1), paging=paging))
    assert load_practice(Paths(tmp_path)).paging == paging
    assert paging_from(None) is None
