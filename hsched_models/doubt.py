"""Whether the newest drift report doubts how things are written down. Then nothing new takes over: it would have learned the mistake."""

from hsched_models.files import read_json
from hsched_models.report import RECORDS
from hsched_models.workspace import Workspace


def records_in_doubt(ws: Workspace) -> tuple[str, ...]:
    """A reason against whatever learned from the newest records; none where no drift report says so."""
    reports = sorted(ws.drift.glob("????-??-??.json"))
    if not reports or not any(breach.startswith(RECORDS) for breach in read_json(reports[-1])["breaches"]):
        return ()
    return (f"The drift report of {reports[-1].stem} doubts the records: the export's status words are to be looked at first.",)
