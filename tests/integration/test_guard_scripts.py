"""S4: scripts in every stored field, rendered in a real browser on every page of the staff: they run 0 times. The policy is not asked."""

import re
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from markupsafe import Markup

from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel
from hsched_core.domain.proposal import Candidate
from hsched_core.domain.replies import InboundText
from hsched_sandbox.ehr.records import Appointment, Client, Clinician, Entry
from hsched_service.access.cookies import cookie_name
from hsched_service.desk import effects, insights, model
from hsched_service.desk.markdown import html_of
from tests.browsers import chromium
from tests.guard_world import REPLY, Guarded, Route, guarded
from tests.http_desk import serving
from tests.sandbox_ehr import NOW

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

RUNS = "window.ran=(window.ran||0)+1"
# Out of a text, out of an attribute in either quotes, without quotes, as an address, as a template.
SCRIPTS = (
    f"\"><script>{RUNS}</script><img src=x onerror=\"{RUNS}\">",
    f"'><svg onload='{RUNS}'></svg>{{{{7*7}}}}",
    f"x onfocus={RUNS} autofocus=1 </title></textarea></select><svg/onload={RUNS}>",
    f"javascript:{RUNS}",
)
SCRIPT = " ".join(SCRIPTS)
SHOWN = "window.ran"  # what of them is to be read on a page
LOOKS = ("practice_manager", "clinician", "auditor", "model_reviewer")
# Pages that show nothing of what others wrote.
PLAIN = {"GET /", "GET /account", "GET /sign-in/passkey", "GET /desk/live", "GET /practice/rules", "GET /practice/phases", "GET /practice/orders"}


class Tables:
    """The daily run's tables, with a script wherever they have a word."""

    def trend(self) -> list[dict[str, Any]]:
        return []

    def weekday_hours(self) -> list[dict[str, Any]]:
        return [self._row(weekday=2, start_hour=14)]

    def worst(self, _name: str) -> list[dict[str, Any]]:
        return [self._row(weekday=2, start_hour=14, session_type=SCRIPT, modality="video", lead_label=SCRIPT, lead_band=1, clinician_token=SCRIPT)]

    def _row(self, **more: Any) -> dict[str, Any]:
        return {"visits": 214, "unused_rate": 0.35, "unused_rate_low": 0.29, "unused_rate_high": 0.42, **more}


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Everything that somebody else wrote is a script: the EHR's records, proposals, words of clients, the learning flow's texts."""
    with guarded(tmp_path_factory.mktemp("elm"), clinicians=2) as made, pytest.MonkeyPatch.context() as patch:
        book = made.world.ehr.book
        for client in book.every(Client):
            book.place(replace(client, given_name=SCRIPT, family_name=SCRIPTS[1], phone=SCRIPTS[3], email=SCRIPT, language=SCRIPT))
        for clinician in book.every(Clinician):
            book.place(replace(clinician, given_name=SCRIPTS[1], family_name=SCRIPT, specialties=(SCRIPT,), site=SCRIPT))
        for visit in book.every(Appointment):
            book.place(replace(visit, site=SCRIPT, cancel_reason=SCRIPT, custom_fields={SCRIPT: SCRIPT}))
        for entry in book.every(Entry):
            book.place(replace(entry, specialties=(SCRIPT,), instead_of=SCRIPT))
        made.world.opened.service.desk.forget()
        for part in ("directory", "calendars"):
            made.world.opened.service.desk.__dict__.pop(part, None)
        made.world.opened.texts.keep(InboundText("9e" * 16, made.world.client(1), Channel.TEXT, NOW), SCRIPT)
        made.world.opened.replies.advance()
        object.__setattr__(made.world.opened.practice, "name", SCRIPT)
        made.world.opened.service.desk.__dict__["tables"] = Tables()
        row = {"by": SCRIPT, "group": SCRIPT, "verdict": SCRIPT, "contacted": 1, "held_out": 1, "rate_held_out": None, "low": None}
        patch.setattr(effects.Measured, "reminders", lambda _self: [row])
        patch.setattr(model, "_read", lambda _opened: learned())
        yield made


def learned() -> model.Models:
    """A registry in which every word is a script."""
    champion = model.Champion(
        SCRIPT, SCRIPT, SCRIPT, [(SCRIPT, SCRIPT)], SCRIPT, SCRIPT, SCRIPT, SCRIPT, True, SCRIPT, html_of(card()), [SCRIPT], [[SCRIPT]],
        "https://mlflow.example/",
    )  # fmt: skip
    week = {"week": SCRIPT, "n": 1, "unused": 1, "o_e": None, "auroc": None}
    return model.Models([champion], [model.Graded(SCRIPT, week, [week], Markup(""))], 1, SCRIPT, [SCRIPT])


def card() -> str:
    return f"# {SCRIPT}\n\n**{SCRIPT}** `{SCRIPT}`\n\n- {SCRIPT}\n\n| {SCRIPT} | b |\n| --- | --- |\n| {SCRIPT} | c |\n"


@pytest.fixture(scope="module")
def case(practice: Guarded) -> Case:
    """A proposal whose every word is one, under an order's name that is none."""
    skipped = Candidate(practice.world.client(2), 0.5, None, SCRIPT)
    return practice.booking(0, reasons=(SCRIPT, SCRIPT), candidates=(skipped,), proposed_by=f"use-case:{SCRIPT}"[:60], model_version=SCRIPT)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as found:
        yield found


def signed_in(practice: Guarded, browser: "Browser", at: str, role: str) -> "BrowserContext":
    """A browser of somebody with that role, which lets every script run that a page holds."""
    context, name = browser.new_context(bypass_csp=True), cookie_name(practice.world.opened.service)
    mine = practice.browser(role)
    context.add_cookies([{"name": name, "value": mine.cookies[name], "url": at}])
    context.add_init_script("addEventListener('error', () => {}, true)")
    return context


def addresses(practice: Guarded, case: Case, role: str, route: Route) -> list[str]:
    """The pages of a route for that role."""
    ids = {**practice.ids, "case_id": case.id, "subject": case.id, "message": REPLY}
    client = next(one.session.client for one in practice.visits if one.session.clinician == practice.world.token("clinician", "PRV-0000"))
    ids |= {"client": client} if role == "clinician" else {}
    more = ["?on=2026-03-05", "?on=2026-03-06"] if route.path == "/desk/calendar" else []
    return [route.at(**ids) + query for query in ("", *more)]


def test_no_script_of_any_field_runs_on_any_page(practice: Guarded, case: Case, browser: "Browser") -> None:
    """Manager, clinician, auditor, model reviewer: every page they can open, with details unfolded, in a browser without the policy."""
    ran, opened, silent = [], 0, set[str]()
    with serving(practice.world.app) as port:
        for role in LOOKS:
            at = f"http://127.0.0.1:{port}"
            context = signed_in(practice, browser, at, role)
            page = context.new_page()
            for route in practice.routes:
                if route.is_public or route.method != "GET" or role not in route.roles or route.path in ("/desk/live", "/"):
                    continue
                for path in addresses(practice, case, role, route):
                    page.goto(at + path, wait_until="domcontentloaded")
                    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
                    made = page.evaluate("document.querySelectorAll('img, svg[onload], script:not([src]), [onerror], [onfocus], [href^=\"javascript\"]').length")
                    ran += [(role, path)] if page.evaluate("window.ran") is not None or made else []
                    silent |= set() if SHOWN in page.content() else {route.word}
                    opened += 1
            context.close()

    assert ran == []
    assert opened >= 35
    assert silent <= PLAIN | {"GET /audit", "GET /audit/week"}  # the trail keeps codes and hashes, no words


def test_no_script_runs_on_the_page_of_a_clients_words(practice: Guarded, browser: "Browser") -> None:
    """They are shown after a form, to be read."""
    with serving(practice.world.app) as port:
        at = f"http://127.0.0.1:{port}"
        page = signed_in(practice, browser, at, "front_desk").new_page()
        page.goto(f"{at}/desk/replies/{'9e' * 16}")
        page.click("text=Show the words")
        page.wait_for_selector(".words")

        assert SHOWN in page.inner_text(".words")
        assert page.evaluate("window.ran") is None


def test_a_page_that_forgot_to_escape_would_be_seen(practice: Guarded, case: Case, browser: "Browser", monkeypatch: pytest.MonkeyPatch) -> None:
    """The case's own page with one reason taken for markup: it runs; with the policy it does not."""
    from hsched_service.desk import case_view

    true_one = case_view._view
    marked = lambda *about: replace(true_one(*about), reasons=[Markup(SCRIPT)])  # noqa: E731 - one line of what a careless template does
    monkeypatch.setattr(case_view, "_view", marked)
    with serving(practice.world.app) as port:
        at = f"http://127.0.0.1:{port}"
        careless = signed_in(practice, browser, at, "front_desk").new_page()
        careless.goto(f"{at}/desk/queue/{case.id}")
        careless.wait_for_function("window.ran > 0", timeout=5000)
        context = browser.new_context()
        context.add_cookies(signed_cookies(practice, at))
        guarded_by_policy = context.new_page()
        guarded_by_policy.goto(f"{at}/desk/queue/{case.id}")
        guarded_by_policy.wait_for_load_state("load")

        assert guarded_by_policy.evaluate("window.ran") is None


def signed_cookies(practice: Guarded, at: str) -> list[Any]:
    name = cookie_name(practice.world.opened.service)
    return [{"name": name, "value": practice.browser("front_desk").cookies[name], "url": at}]


def test_every_word_of_the_insights_is_escaped() -> None:
    """Sentences are made of the tables' words; the page escapes them, the plots do so themselves."""
    told: Any = insights.sentences(SimpleNamespace(worst=Tables().worst))  # type: ignore[arg-type]  # all it asks

    assert any(SHOWN in one for one in told)
    assert not any(isinstance(one, Markup) for one in told)
    assert not re.search(r"<(script|svg|img)", str(html_of(card())))
