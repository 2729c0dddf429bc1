"""Made-up words for made-up people. No list here was taken from anywhere; months, colours and virtues are avoided in names."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FEMALE = _words(
    "Adela Alma Anneke Beatriz Birgit Brenna Camila Carlotta Celeste Corinna Dagny Delphine Edith Elena Elspeth Fatima Fiona Freya "
    "Giselle Greta Hanna Helga Imani Ingrid Isolde Jana Joelle Kamala Katrin Keiko Lavinia Leonie Linnea Maren Marisol Mireille "
    "Nadia Nicolette Odalys Ottilie Paloma Priya Quiana Rosalind Roxana Saskia Selma Sigrid Tamsin Thea Ursula Valeria Vashti "
    "Wilma Xiomara Yasmin Yolanda Zadie Zelda Zora"
)
MALE = _words(
    "Alaric Anton Basil Bertram Caspar Cedric Conrad Damon Desmond Dietrich Edmund Emeka Esteban Fabian Ferdinand Gideon Gustav "
    "Hakim Hector Ignacio Ivo Jasper Joaquin Kenji Konrad Lamar Leopold Lorcan Magnus Matteo Nikolai Olaf Omar Percival Quentin "
    "Rafael Rashid Roland Stellan Thaddeus Tobias Ulrich Vikram Wendell Yusuf"
)
FAMILY_HEADS = _words(
    "Ald Bard Brack Carn Cold Corv Dal Dren Eld Farn Fen Gars Glen Grav Hald Hart Holl Ker Kings Lang Lind Lock Marl Mord Nor Old "
    "Pend Quill Rav Rock Sand Sel Stav Storm Thorn Tor Umber Vand Wald Wint"
)
FAMILY_TAILS = _words(
    "aker bury by dale den derby dorf ell erson feld ford gate gren ham hart holm hurst ington ley low man mere mont more ney "
    "quist rick shaw stad stone strom ton vale vard wick wold worth yard"
)
STREETS = _words(
    "Alder Birchwood Canal Cedarhill Dockside Elmcrest Foundry Granary Hawthorn Ironbridge Juniper Kiln Larch Millrace Orchard Quarry"
)
STREET_KINDS = _words("Street Avenue Lane Road Court Terrace")
CITIES = (
    ("Larkhaven", "13901"),
    ("Port Ambrose", "13904"),
    ("Wexmoor", "13907"),
    ("Tillbrook", "13911"),
    ("Saint Orla", "13915"),
    ("Brindle Falls", "13918"),
    ("Coldwater Gap", "13922"),
)
SITES = ("Harborside", "Millrace House", "Uptown Annex", "Foundry Row", "Lakeview Suite", "Orchard Court", "Canal Street", "Hilltop")
RELATIONS = ("mother", "father", "partner", "spouse", "sister", "brother", "friend")
LANGUAGES = ("en", "es", "zh", "ht", "vi")
RACES = (("white", 0.56), ("black", 0.16), ("hispanic", 0.17), ("asian", 0.06), ("multiracial", 0.03), ("other", 0.02))

# {given}, {family}, {phone} are filled in where they stand
CLIENT_REASONS = (
    "work conflict",
    "sick, will call back",
    "{given} called, car trouble",
    "no childcare today",
    "text from {phone}: cannot make it",
    "family emergency",
    "forgot, apologised",
    "{given} {family} asked by e-mail to stop for now",
    "insurance question, wants to wait",
    "travelling that week",
    "left voicemail, call back on {phone}",
    "weather",
)
CLINIC_REASONS = (
    "clinician out sick",
    "clinician in training",
    "room not available",
    "file closed, {given} not reachable on {phone}",
    "system outage",
)
NOTES = (
    "Prefers to be called {given}. Leave messages on {phone} only.",
    "Partner may pick up the phone; do not leave details.",
    "{given} {family} asked for afternoon hours.",
    "Referred by primary care.",
    "",
)
WISHES = (
    "any earlier time, call {phone}",
    "{given} would take a same-day opening",
    "before work or during lunch only",
    "same clinician if possible",
)
