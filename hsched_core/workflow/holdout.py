"""The holdout at work: drawn once, before anything is proposed, and stored with its audit entry in the transaction that draws."""

from datetime import datetime

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.holdout import Arm, Draw
from hsched_core.domain.people import use_case_actor
from hsched_core.ports import DeskTransaction, Lot


class Holdout:
    """Draws for one use case. `share`: of subjects that are held at standard care; 0: nobody is drawn."""

    def __init__(self, use_case: str, share: float, lot: Lot) -> None:
        self.use_case, self.share, self._lot = use_case, share, lot

    def arm(
        self,
        tx: DeskTransaction,
        subject: str,
        client: str,
        starts_at: datetime,
        now: datetime,
        *,
        stratum: str = "",
        expected: float | None = None,
    ) -> Arm | None:
        """What was drawn for the subject, now or before; None where nobody is drawn. A draw stands, whatever the share is later."""
        known = tx.draw(self.use_case, subject)
        if known:
            return known.arm
        if not self.share or now >= starts_at:
            return None
        arm = Arm.HELD if self._lot.number(self.use_case, subject) < self.share else Arm.TREATED
        draw = Draw(self.use_case, subject, client, arm, self.share, now, starts_at, stratum, expected)
        body = {"use_case": self.use_case, "client": client, "arm_code": str(arm), "share": self.share, "probability": expected}
        tx.put_draw(draw, audit=AuditEntry(now, use_case_actor(self.use_case), "holdout.drawn", subject, body))
        return arm
