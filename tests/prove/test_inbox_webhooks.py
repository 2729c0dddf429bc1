"""Ten thousand forged deliveries over real HTTP: none is accepted, each is answered 401. The library alone is the twin."""

import random
from collections import Counter
from pathlib import Path

import httpx
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from hsched_core.domain.inbox import MessageState
from tests.audit_trails import Desk
from tests.inbox_world import SECRET, Practice, body, service, serving, signed
from tests.webhook_mutations import mutations

COUNT, AT_ONCE = 10_000, 500


def by_the_library_alone(headers: dict[str, str], content: bytes) -> str:
    """What the bare library makes of it."""
    try:
        Webhook(SECRET).verify(content, headers, json_parse=False)
    except WebhookVerificationError:
        return "refused"
    except Exception:
        return "raised what it does not document"
    return "accepted"


def test_ten_thousand_mutations_are_refused(tmp_path: Path) -> None:
    """Of id, timestamp, signature and body; signed anew before they grow old."""
    practice, chance, content = Practice(Desk(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)), random.Random(11), body("A1")
    answers: Counter[int] = Counter()
    bare: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    with serving(service(practice.inbox)) as address, httpx.Client(base_url=address, timeout=60) as client:
        for _ in range(COUNT // AT_ONCE):
            headers = signed("msg_1", content)
            for kind, changed, altered in mutations(headers, content, chance, AT_ONCE):
                answers[client.post("/webhooks/ehr", content=altered, headers=changed).status_code] += 1
                bare[by_the_library_alone(changed, altered)] += 1
                kinds[kind] += 1
        good = client.post("/webhooks/ehr", content=content, headers=signed("msg_1", content)).status_code

    refused = sum(entry.body["count"] for entry in practice.entries("refused"))
    print(f"\n{COUNT:,} mutations of {len(kinds)} kinds: answers {dict(answers)}; 0 accepted (95 %: fewer than {3 / COUNT:.2%})")
    print(f"the library alone: {dict(bare)}")
    assert answers == {401: COUNT}
    assert (good, practice.inbox.counts()) == (202, {MessageState.RECEIVED: 1})
    assert refused == COUNT
    assert bare["accepted"] > 0
    practice.trail.close()
