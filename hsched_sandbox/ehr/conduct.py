"""How this EHR behaves: real ones differ in what they honour, and a client must cope with each class."""

from dataclasses import dataclass
from enum import StrEnum


class DoubleBooking(StrEnum):
    """What becomes of a booking whose hour is taken."""

    REFUSE = "refuse"  # 409
    ACCEPT = "accept"  # as OpenEMR and Easy!Appointments do


class Dialect(StrEnum):
    """What becomes of a search parameter the server does not know."""

    STRICT = "strict"  # 400
    LENIENT = "lenient"  # ignored: everything is answered, as if it matched


@dataclass(frozen=True)
class Conduct:
    """The EHR's rules. Without `searchable`, external references are neither kept nor searched by."""

    honours_keys: bool = True
    searchable: bool = True
    double_booking: DoubleBooking = DoubleBooking.REFUSE
    checks_versions: bool = True  # of If-Match; Medplum 5.0.10 and WSO2 accept a stale PATCH
    dialect: Dialect = Dialect.STRICT


HONOURS_KEYS = Conduct()
SEARCHABLE = Conduct(honours_keys=False)
NEITHER = Conduct(honours_keys=False, searchable=False)


class RefusedError(Exception):
    """The EHR does not do it. Nothing was changed."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail
