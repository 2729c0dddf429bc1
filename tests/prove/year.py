"""Lives a year of the sandbox practice twice, and tells what came of it: `python -m tests.prove.year --seed 1 --plots docs/images`.

`--keep` holds what each world left behind: with several seeds' years there, table, intervals and pictures are made of all of them.
`--only` lives some worlds only: usual, hsched, or one of three variants (serial, both, scant). Without `--seed` nothing is lived: what is
kept is told again.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

from hsched_core.use_cases.waitlist import Mode, WaitlistSettings
from tests.year import manual, platform, report
from tests.year.scores import Model
from tests.year.summary import Summary, of_manual, of_platform, read
from tests.year.town import Setting, Town

WORLDS = ("usual", "hsched", "serial", "both", "scant")
BESIDE = 15  # minutes a day that the front desk has left with hsched, about
SCANT = 20  # minutes a day that a busier front desk has for openings
# A leading vendor's published defaults, which were hsched's own until 2026-11-27.
SERIAL = WaitlistSettings(mode=Mode.SERIAL, answer_minutes=30, most_answer_minutes=30, other_channels=False)


def live(setting: Setting, worlds: tuple[str, ...] = WORLDS) -> list[Summary]:
    """The year in each of these worlds, on the same draws."""
    town = Town(setting)
    model = Model(town)
    found = []
    for world in worlds:
        began = time.monotonic()
        found.append(_lived(world, town, model))
        print(f"{setting}: {found[-1].world}: {time.monotonic() - began:.0f} s", flush=True)
    return found


def _lived(world: str, town: Town, model: Model) -> Summary:
    if world == "usual":
        return of_manual(manual.lived(town, model))
    if world == "scant":
        return of_manual(manual.lived(town, model, SCANT), f"as usual, {SCANT} minutes")
    if world == "both":
        return of_platform(platform.lived(town, model, BESIDE), f"with hsched, and {BESIDE} minutes of calls")
    if world == "serial":
        return of_platform(platform.lived(town, model, waitlist=SERIAL), "one by one, 30 minutes")
    return of_platform(platform.lived(town, model))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, action="append", default=[])
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--clinicians", type=int, default=8)
    parser.add_argument("--zero", action="store_true", help="a world in which reminders do nothing and nobody accepts")
    parser.add_argument("--only", choices=WORLDS, action="append")
    parser.add_argument("--keep", type=Path, default=Path("build/year"))
    parser.add_argument("--plots", type=Path)
    wish = parser.parse_args()
    setting = Setting(weeks=wish.weeks, clinicians=wish.clinicians, has_effect=not wish.zero)
    for seed in wish.seed:
        for summary in live(replace(setting, seed=seed), tuple(wish.only or WORLDS[:2])):
            summary.write(wish.keep)
    kept = read(wish.keep)
    print(report.markdown(kept))
    if wish.plots:
        report.draw(kept, wish.plots)


if __name__ == "__main__":
    main()
