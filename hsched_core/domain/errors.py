"""Every error hsched raises on purpose. No message here may carry a patient's value.

HschedError
|- UserError              shown to a person as one line, with the remedy; never a traceback
|  |- InputError          a file or a row breaks the contract: names file, row, field and remedy
|  |- SettingsError       a setting is missing, unknown or wrong
|  |- NotReadyError       something must be done first (no practice yet, no champion yet)
|  `- NotReadError        another system could not be read; a code says why
`- SafeError              a failure inside the identified zone, reduced to a code and a reference
"""


class HschedError(Exception):
    """Root of all errors raised on purpose."""


class UserError(HschedError):
    """Something a person can mend; `remedy` says how."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(f"{problem} {remedy}".strip())
        self.problem = problem
        self.remedy = remedy


class SettingsError(UserError):
    """A setting is missing, unknown or wrong."""


class NotReadyError(UserError):
    """Something must be done first."""


class NotReadError(UserError):
    """Another system could not be read; `code` says why in words of the program, never with a value of the answer.

    `is_no_answer`: it said nothing that could be understood or not, so no record is to blame.
    """

    def __init__(self, problem: str, remedy: str, code: str, *, is_no_answer: bool) -> None:
        super().__init__(problem, remedy)
        self.code, self.is_no_answer = code, is_no_answer


class InputError(UserError):
    """A file or a row breaks the contract. Names where, never what stood there."""

    def __init__(self, problem: str, remedy: str = "", *, file: str = "", row: int | None = None, field: str = "") -> None:
        place = ", ".join(part for part in (file, f"row {row}" if row else "", f"field {field}" if field else "") if part)
        super().__init__(f"{place}: {problem}" if place else problem, remedy)
        self.file, self.row, self.field = file, row, field


class SafeError(HschedError):
    """A failure near patients' values, reduced to a code and a reference; raise it `from None`."""

    def __init__(self, code: str, reference: str) -> None:
        super().__init__(f"{code} at {reference}")
        self.code, self.reference = code, reference
