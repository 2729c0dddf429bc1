"""S4: scripts in every stored field, rendered in a real browser on every page of the staff: they run 0 times. The policy is not asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from markupsafe import Markup
from starlette.types import Receive, Scope, Send

from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel
from hsched_core.domain.proposal import Candidate
from hsched_core.domain.replies import InboundText
from hsched_sandbox.ehr.records import Appointment, Client, Clinician, Entry
from hsched_service.access.cookies import cookie_name
from hsched_service.desk import case_view, effects, insights, model
from hsched_service.desk.markdown import html_of
from tests.browsers import chromium, follow
from tests.guard_world import REPLY, Guarded, Route, guarded
from tests.http_desk import serving
from tests.sandbox_ehr import NOW

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RUNS = "window.ran=(window.ran||0)+1"
# Out of a text, out of an attribute in either quotes, without quotes, as an address, as a template.
SCRIPTS = (
    f'"><script>{RUNS}</script><img src=x onerror="{RUNS}">',
    f"'><svg onload='{RUNS}'></svg>{{{{7*7}}}}",
    f"x onfocus={RUNS} autofocus=1 </title></textarea></select><svg/onload={RUNS}>",
    f"javascript:{RUNS}",
)
SCRIPT = " ".join(SCRIPTS)
SHOWN = "window.ran"  # what of them is to be read on a page
MADE = 'img, svg[onload], script:not([src]), [onerror], [onfocus], [href^="javascript"]'  # elements that only a script would have made
LOOKS = ("practice_manager", "clinician", "auditor", "model_reviewer")
# Pages that show nothing of what others wrote.
PLAIN = {
    "GET /",
    "GET /account",
    "GET /sign-in/passkey",
    "GET /desk/live",
    "GET /practice/rules",
    "GET /practice/phases",
    "GET /practice/orders",
}


class Tables:
    """The daily run's tables, with a script wherever they have a word."""

    def trend(self) -> list[dict[str, Any]]:
        return []

    def weekday_hours(self) -> list[dict[str, Any]]:
        return [self._row(weekday=2, start_hour=14)]

    def worst(self, _name: str) -> list[dict[str, Any]]:
        return [
            self._row(
                weekday=2, start_hour=14, session_type=SCRIPT, modality="video", lead_label=SCRIPT, lead_band=1, clinician_token=SCRIPT
            )
        ]

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
            book.place(replace(visit, site="<svg/onload=x>", cancel_reason=SCRIPT, custom_fields={SCRIPT: SCRIPT}))
        for entry in book.every(Entry):
            book.place(replace(entry, specialties=(SCRIPT,), instead_of=SCRIPT))
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
    """A proposal whose every free word is one. Who proposed it, and models, are codes: the trail takes nothing else."""
    skipped = Candidate(practice.world.client(2), 0.5, None, SCRIPT)
    return practice.booking(0, reasons=(SCRIPT, SCRIPT), candidates=(skipped,))


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as found:
        yield found


@dataclass
class SignedIn:
    """The service as one of the staff reaches it: the cookie is of a service with TLS, which a browser would not send to this port."""

    practice: Guarded
    role: str = "front_desk"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = cookie_name(self.practice.world.opened.service)
        cookie = f"{name}={self.practice.browser(self.role).cookies[name]}".encode()
        await self.practice.world.app({**scope, "headers": [*scope.get("headers", ()), (b"cookie", cookie)]}, receive, send)


Served = tuple[SignedIn, str]


@pytest.fixture(scope="module")
def served(practice: Guarded, browser: "Browser") -> Iterator[Served]:
    """The service, and where it is."""
    for role in (*LOOKS, "front_desk"):
        practice.browser(role)
    app = SignedIn(practice)
    with serving(app) as port:
        yield app, f"http://127.0.0.1:{port}"
        for context in browser.contexts:  # pages that lie open keep their streams, and the server waits for them
            context.close()


def addresses(practice: Guarded, case: Case, role: str, route: Route) -> list[str]:
    """The pages of a route for that role."""
    ids = {**practice.ids, "case_id": case.id, "subject": case.id, "message": REPLY}
    client = next(one.session.client for one in practice.visits if one.session.clinician == practice.world.token("clinician", "PRV-0000"))
    ids |= {"client": client} if role == "clinician" else {}
    more = ["?on=2026-03-05", "?on=2026-03-06"] if route.path == "/desk/calendar" else []
    return [route.at(**ids) + query for query in ("", *more)]


def test_no_script_of_any_field_runs_on_any_page(practice: Guarded, case: Case, browser: "Browser", served: Served) -> None:
    """Manager, clinician, auditor, model reviewer: every page they can open, with details unfolded, in a browser without the policy."""
    (app, at), ran, opened, silent = served, [], 0, set[str]()
    page = browser.new_context(bypass_csp=True).new_page()
    for role in LOOKS:
        app.role = role
        for route in practice.routes:
            if route.is_public or route.method != "GET" or role not in route.roles or route.path in ("/desk/live", "/"):
                continue
            for path in addresses(practice, case, role, route):
                page.goto(at + path, wait_until="domcontentloaded")
                page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
                ran += (
                    [(role, path)]
                    if page.evaluate("window.ran") is not None or page.evaluate(f"document.querySelectorAll({MADE!r}).length")
                    else []
                )
                silent |= set() if SHOWN in page.content() else {route.word}
                opened += 1

    assert ran == []
    assert opened >= 35
    assert silent <= PLAIN | {"GET /audit", "GET /audit/week"}  # the trail keeps codes and hashes, no words


def test_no_script_runs_on_the_page_of_a_clients_words(browser: "Browser", served: Served) -> None:
    """They are shown after a form, to be read."""
    app, at = served
    app.role = "front_desk"
    page = browser.new_context(bypass_csp=True).new_page()
    page.goto(f"{at}/desk/replies/{'9e' * 16}")
    follow(page.locator("button:has-text('Show the words')").first)
    page.wait_for_selector(".words")

    assert SHOWN in page.inner_text(".words")
    assert page.evaluate("window.ran") is None


def test_a_page_that_forgot_to_escape_would_be_seen(
    case: Case, browser: "Browser", served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case's own page with one reason taken for markup: it runs; with the policy it does not."""
    (app, at), escaped = served, case_view._view
    app.role = "front_desk"
    monkeypatch.setattr(case_view, "_view", lambda *about: replace(escaped(*about), reasons=[Markup(SCRIPT)]))
    careless, held = browser.new_context(bypass_csp=True).new_page(), browser.new_context().new_page()
    for page in (careless, held):
        page.goto(f"{at}/desk/queue/{case.id}", wait_until="load")

    assert careless.evaluate("window.ran") > 0
    assert held.evaluate("window.ran") is None


def test_every_word_of_the_insights_is_escaped() -> None:
    """Sentences are made of the tables' words; the page escapes them, the plots do so themselves."""
    told: Any = insights.sentences(SimpleNamespace(worst=Tables().worst))  # type: ignore[arg-type]  # all it asks

    assert any(SHOWN in one for one in told)
    assert not any(isinstance(one, Markup) for one in told)
    assert not re.search(r"<(script|svg|img)", str(html_of(card())))
