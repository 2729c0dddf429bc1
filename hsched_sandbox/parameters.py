"""What the sandbox practice is made of: every rate and effect in one frozen value, with where it comes from.

Effects are on the logit scale. `docs` = section 5 of the prediction notes; figures without a source are plain choices.
"""

from dataclasses import dataclass, field

from hsched_sandbox.drifts import Drift


@dataclass(frozen=True)
class Staffing:
    """Who works when. A slot is one hour of the week at one clinician."""

    prescriber_every: int = 5  # every fifth clinician prescribes
    medication_share: float = 0.3  # of a prescriber's hours; the others are therapy
    clinicians_per_site: int = 5
    slots_a_week: int = 30
    hours_a_day: int = 9
    first_hours: tuple[int, ...] = (8, 9, 10)  # the last hour then starts at 18, so a day is 8-19
    group_share: float = 0.3  # therapists who run one weekly group
    group_size: int = 6
    leave_weeks_a_year: int = 4
    sick_days: float = 0.008
    durations: tuple[int, ...] = (45, 50, 60)
    duration_shares: tuple[float, ...] = (0.25, 0.6, 0.15)


@dataclass(frozen=True)
class Demand:
    """How clients come, stay and leave."""

    # weekly 65 %, fortnightly 30 %, monthly 5 % of all series (docs), most of the monthly ones for medication
    therapy_every: tuple[int, ...] = (1, 2, 4)
    therapy_shares: tuple[float, ...] = (0.68, 0.31, 0.01)
    medication_every: tuple[int, ...] = (4, 8, 12)
    medication_shares: tuple[float, ...] = (0.6, 0.25, 0.15)
    # planned visits are log-normal: mode 1, mean about 5.6 appointments a client, top fifth about 56 % (CCMH)
    length_mu: float = 1.42
    length_sigma: float = 1.02
    length_max: int = 90
    # a missed intake is often the end: 15 % never start (MCO), 29-42 % fail to begin (SUD)
    rebook_intake: float = 0.45
    # dropout 20-30 % of episodes (psychotherapy reviews). It follows what can be seen, never a latent, so that a filter which
    # integrates the latents out stays exact
    drop_base: float = 0.008
    drop_after_miss: float = 0.08
    drop_after_misses: float = 0.25
    closed_by_clinic: float = 0.15  # of the visits called off because a client left: staff close the file of who does not answer
    returning: float = 0.08
    return_weeks: tuple[int, int] = (10, 40)
    referred_medication: float = 0.4
    referred_group: float = 0.5
    intake_lead_shape: float = 1.6
    intake_lead_scale: float = 6.0
    intake_lead_max: int = 30
    gap_shares: tuple[float, ...] = (0.6, 0.22, 0.11, 0.07)  # empty weeks of a weekly slot between two clients
    longest_lead_weeks: int = 12
    minors: float = 0.14
    video: float = 0.34
    phone: float = 0.06
    # commercial, medicaid, self-pay, medicare (docs); Medicare follows age
    payer_shares: tuple[float, ...] = (0.48, 0.33, 0.15, 0.04)
    couples: float = 0.08
    family: float = 0.06
    adult_years: tuple[float, float] = (3.2, 6.6)  # gamma: shape and scale of the years beyond 18
    households: float = 0.12  # of clients who come from the household of the one before them


@dataclass(frozen=True)
class Chances:
    """How an appointment ends: first clinic cancel, then early cancel or move, then unused, else attended.

    Base rates aimed at over all appointments: no-show 9 %, late cancel 7 %, early cancel or move 10 %, clinic cancel 3 %
    (VA same-day ratio client cancel : no-show : clinic cancel = 3.92 : 3.87 : 3.08; private practice level).
    """

    unused: float = -1.99
    client_sigma: float = 0.9  # docs 4.2, middle setting: filter oracle AUROC about 0.73
    engagement_sigma: float = 0.5
    engagement_rho: float = 0.9  # a week
    after_miss: float = 0.5
    clinician_sigma: float = 0.35  # therapists explain up to 14 % of nonattendance variance
    slot_sigma: float = 0.1  # weekday x hour
    modality_mean: float = -0.1  # the sign differs between sites in the literature, so it is drawn per site
    modality_sigma: float = 0.35
    phone: float = 0.1
    intake: float = 0.30  # with the wait effect this gives the published doubling
    intake_wait: float = 0.4  # steep in the first week, then flat (CMHC)
    intake_wait_days: float = 3.0
    intake_week: float = 0.05  # 5 % odds for each week after the first
    early_sessions: float = 0.1  # visits 2 and 3
    medication: float = -0.1
    group: float = 0.15
    age_decade: float = -0.06
    payer: tuple[float, ...] = (0.0, 0.15, -0.1, -0.05)
    year_end: float = 0.2  # Thanksgiving to New Year
    august: float = 0.1
    after_holiday: float = 0.15
    no_show_share: float = 0.18  # of unused; the rest are late cancels
    no_show_share_intake: float = 0.25
    early: float = 0.060
    early_holiday: float = 0.3
    clinic: float = 0.017
    moved_early: float = 0.45
    moved_late: float = 0.1
    moved_clinic: float = 0.3
    last_hours: float = 0.42  # late cancels in the last three hours
    evening_before: float = 0.36


@dataclass(frozen=True)
class Reminders:
    """Texts and calls two days ahead. Effects are for ambivalent clients and for forgetters, on the logit of an unused visit.

    Together: text RR 0.91 (one RCT, 0.89-0.93), call RR 0.49-0.75, median 0.61 (three RCTs); Oikonomidi 2022. Psychotherapy's own
    trial found none (Clough & Casey 2014): `NO_EFFECT`.
    """

    sent: bool = True
    randomised: float = 0.2  # of the visits a reminder can reach; the others go by the front desk's rule
    treated: float = 0.5  # of the randomised
    risky: float = 0.1  # above the usual logit, as the records have it
    long_wait_days: int = 14
    forgetters: float = 0.4
    text_ambivalent: float = 0.0
    text_forgetter: float = -0.34
    call_ambivalent: float = -0.35
    call_forgetter: float = -1.1
    text_cancels: float = 0.01  # a reminder also brings cancels forward (Shah 2016)
    call_cancels: float = 0.03
    answered: float = 0.5


@dataclass(frozen=True)
class Circumstances:
    """What hits several visits at once or stands in no record. Nothing of it by default: the plain world.

    The first block is in no record, so no forecast can know it; the second is in the records, and the filter oracle knows it.
    """

    alliance_sigma: float = 0.0  # how client and clinician fit
    group_gap_sigma: float = 0.0  # of a clinician's effect on minority clients (therapists differ in their gaps)
    no_car: float = 0.0  # in person, without a car
    storm: float = 0.0  # in person, on a site's stormy days
    storm_days: float = 0.06  # of the days from December to March
    household_sigma: float = 0.0  # a week's shock: households, couples, families, and minors whose parents bring them
    group_sigma: float = 0.0  # a group session's shock

    school_hours: float = 0.0  # minors before 15:00 in term
    spring_break: float = 0.0  # the two weeks before mid-April
    deductible: float = 0.0  # commercial, in January
    lapse: float = 0.0  # the chance of an administrative cancel when the authorised units are used up, at each visit until renewed
    video_fails: float = 0.0  # the chance that the link does, whoever waits at its ends
    phone_fails: float = 0.0


# Sizes are choices, but for: clinicians differ in their gaps (21 therapists, docs); storms, school and links have no good estimate.
LIFELIKE = Circumstances(
    alliance_sigma=0.25,
    group_gap_sigma=0.15,
    no_car=0.3,
    storm=0.9,
    household_sigma=0.5,
    group_sigma=0.3,
    school_hours=0.2,
    spring_break=0.15,
    deductible=0.2,
    lapse=0.2,
    video_fails=0.012,
    phone_fails=0.004,
)

NO_EFFECT = Reminders(text_forgetter=0.0, call_ambivalent=0.0, call_forgetter=0.0, text_cancels=0.0, call_cancels=0.0)


@dataclass(frozen=True)
class Dirt:
    """What is wrong with an EHR's export, as shares of events (or of appointments where it says so)."""

    duplicates: float = 0.006
    duplicates_next_day: float = 0.4  # of the duplicates
    corrected_statuses: float = 0.009  # of attended and missed visits
    zone_mistakes: float = 0.005  # of appointments booked a week ahead
    unknown_status: float = 0.0003
    impossible_end: float = 0.0003
    missing_client: float = 0.0003
    left_in_book: float = 0.0  # of clients who left or died: their next visit stays in the book, is called a no-show, then put right
    late_as_no_show: float = 0.0  # of the clinicians: write late cancels down as no-shows


@dataclass(frozen=True)
class PracticeParameters:
    """One practice. `years` of history end at today; `days_after` more are there to live through."""

    clinicians: int = 10
    years: float = 2
    days_after: int = 120
    warm_up_weeks: int = 30  # simulated and thrown away, so the practice goes live with a caseload
    zone: str = "America/New_York"
    country: str = "US"
    staffing: Staffing = field(default_factory=Staffing)
    demand: Demand = field(default_factory=Demand)
    chances: Chances = field(default_factory=Chances)
    reminders: Reminders = field(default_factory=Reminders)
    circumstances: Circumstances = field(default_factory=Circumstances)
    dirt: Dirt = field(default_factory=Dirt)
    drifts: tuple[Drift, ...] = ()


def plain(clinicians: int = 10, years: float = 2) -> PracticeParameters:
    """The middle setting without shared shocks and alliance effects: the world in which the filter oracle is exact."""
    return PracticeParameters(clinicians=clinicians, years=years)
