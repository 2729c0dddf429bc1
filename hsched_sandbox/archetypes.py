"""Kinds of practices: what distinguishes a counselling centre, a community clinic and a substance-use programme from a private group.

Base rates aimed at, as shares of all appointments: `TARGETS`. Where MODEL.md section 1 and 5 give a rate for missed visits it is the
no-show's; the other shares have no published figure by kind and are choices around the private group's.
"""

from collections.abc import Mapping
from dataclasses import replace

from hsched_sandbox.kinds import Archetype
from hsched_sandbox.parameters import LIFELIKE, Chances, Demand, Dirt, PracticeParameters, Staffing

# No-show, late cancel, early cancel or move, clinic cancel
TARGETS: Mapping[Archetype, tuple[float, float, float, float]] = {
    Archetype.PRIVATE: (0.09, 0.07, 0.10, 0.03),
    Archetype.COUNSELLING: (0.09, 0.06, 0.09, 0.03),  # centres' mean 9 %, 2-23 (2018)
    Archetype.COMMUNITY: (0.19, 0.06, 0.09, 0.04),  # VA mental health 18.0-21.9 %, NHS psychiatry 19.1 %
    Archetype.SUBSTANCE_USE: (0.28, 0.05, 0.08, 0.04),  # 37 % before quality improvement, 20 % after
}

WIDER_SPREAD = -0.06  # keeps the level where the latents spread wider
ADDED_CLINIC_CANCELS = 0.005  # by lapsed authorizations and failed links, about
DIRTIER = Dirt(left_in_book=0.05, late_as_no_show=0.1)


def parameters_of(archetype: Archetype, *, clinicians: int = 10, years: float = 2, plain: bool = False) -> PracticeParameters:
    """A practice of that kind, lifelike; `plain` leaves out shared shocks, alliances and what else no oracle can be exact about."""
    demand, staffing, chances = _DEMAND[archetype], _STAFFING[archetype], _CHANCES[archetype]
    calm = PracticeParameters(clinicians=clinicians, years=years, demand=demand, staffing=staffing, chances=chances)
    if plain:
        return calm
    level = replace(chances, unused=chances.unused + WIDER_SPREAD, clinic=chances.clinic - ADDED_CLINIC_CANCELS)
    wider = replace(level, client_sigma=1.1, clinician_sigma=0.45)  # with these a model reaches what is published
    return replace(calm, chances=wider, circumstances=LIFELIKE, dirt=DIRTIER)


_DEMAND: Mapping[Archetype, Demand] = {
    Archetype.PRIVATE: Demand(),
    Archetype.COUNSELLING: Demand(
        payer_shares=(0.0, 0.0, 1.0, 0.0),
        minors=0.0,
        adult_years=(1.6, 2.4),
        length_mu=1.25,
        couples=0.0,
        family=0.0,
        households=0.0,
        intake_lead_scale=5.0,
        video=0.4,
    ),
    Archetype.COMMUNITY: Demand(
        payer_shares=(0.12, 0.68, 0.12, 0.08),
        minors=0.22,
        households=0.18,
        therapy_shares=(0.5, 0.42, 0.08),
        rebook_intake=0.5,
        intake_lead_scale=8.0,
        video=0.2,
        phone=0.15,
    ),
    Archetype.SUBSTANCE_USE: Demand(
        payer_shares=(0.2, 0.6, 0.17, 0.03),
        minors=0.02,
        couples=0.01,
        family=0.05,
        length_mu=1.55,
        rebook_intake=0.4,
        video=0.15,
        phone=0.08,
    ),
}

_STAFFING: Mapping[Archetype, Staffing] = {
    Archetype.PRIVATE: Staffing(),
    Archetype.COUNSELLING: Staffing(prescriber_every=8, group_share=0.4),
    Archetype.COMMUNITY: Staffing(prescriber_every=3, medication_share=0.6),
    Archetype.SUBSTANCE_USE: Staffing(prescriber_every=4, group_share=0.9, group_size=8),
}

# Levels solved for, so that practices of 40 clinicians (seeds 1 and 2) meet the targets, plain and lifelike
_CHANCES: Mapping[Archetype, Chances] = {
    Archetype.PRIVATE: Chances(),
    Archetype.COUNSELLING: Chances(unused=-2.02, no_show_share=0.32, early=0.052, clinic=0.017),
    Archetype.COMMUNITY: Chances(unused=-1.375, no_show_share=1.06, early=0.044, clinic=0.027, intake=0.5),
    Archetype.SUBSTANCE_USE: Chances(unused=-0.69, no_show_share=1.65, early=0.009, clinic=0.024, intake=0.5),
}
