"""Closed vocabularies of the labels a practice types freely: what is not one of these words may be anything, also a name.

Sources: ISO 639-1 (languages), OMB Statistical Policy Directive 15 with the words EHRs use for it (race and ethnicity),
postal abbreviations of the United States, Canada and Australia (licences).
"""

import re
from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WEEKDAYS = re.compile(r"[1-7](\|[1-7]){0,6}")

# The 183 codes of ISO 639-1, and languages met in clinics that have a code of three letters only.
LANGUAGES = _words(
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff "
    "fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks "
    "ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps "
    "pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz "
    "ve vi vo wa wo xh yi yo za zh zu ase cmn fil hmn prs yue"
)

RACES_ETHNICITIES = _words(
    """
    american_indian american_indian_or_alaska_native asian asian_indian black black_or_african_american african_american chinese
    filipino hispanic hispanic_or_latino japanese korean latino middle_eastern middle_eastern_or_north_african multiple multiracial
    native_american native_hawaiian native_hawaiian_or_other_pacific_islander native_hawaiian_or_pacific_islander non_hispanic
    not_hispanic_or_latino pacific_islander two_or_more_races vietnamese white caucasian other other_race declined
    declined_to_answer prefer_not_to_say unknown
    """
)

DISCIPLINES = _words(
    """
    art_therapist behavior_analyst case_manager clinical_social_worker counselor counsellor intern marriage_and_family_therapist
    mental_health_counselor music_therapist nurse nurse_practitioner occupational_therapist other peer_specialist physician
    physician_assistant prescriber professional_counselor psychiatric_nurse_practitioner psychiatrist psychologist resident
    social_worker speech_therapist substance_use_counselor supervisor therapist trainee
    """
)

LICENCE_STATES = _words(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX "
    "UT VT VA WA WV WI WY DC AS GU MP PR VI AB BC MB NB NL NS NT NU ON PE QC SK YT ACT NSW QLD SA TAS VIC"
)

LABELS: Mapping[str, frozenset[str]] = {
    "language": LANGUAGES,
    "race_ethnicity": RACES_ETHNICITIES,
    "discipline": DISCIPLINES,
    "licence_state": LICENCE_STATES,
}


def label(field: str, value: str) -> str | None:
    """The word of the field's vocabulary that the value says, None where it says none. Of a language tag the language alone."""
    if field == "weekdays":
        return value if WEEKDAYS.fullmatch(value) else None
    word = _written(field, value.strip())
    return word if word in LABELS[field] else None


def _written(field: str, value: str) -> str:
    """The value as the vocabulary writes its words."""
    if field == "licence_state":
        return value.upper()
    if field == "language":
        return re.split(r"[-_]", value, maxsplit=1)[0].lower()
    return re.sub(r"[\s,/&-]+", "_", value.lower())
