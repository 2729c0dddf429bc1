"""A client's history as a data scientist writes it in a notebook: `groupby().apply`, moment by moment. Known-at right, and slow."""

import pandas as pd


def client_history(moments: pd.DataFrame, log: pd.DataFrame) -> pd.DataFrame:
    """Counts, windows, fading sums, streaks and gaps of each moment: those of the macro `client_outcomes`."""
    logs = dict(iter(log.groupby("client_token")))
    empty = log.iloc[:0]
    return moments.groupby("client_token", group_keys=False).apply(
        lambda own: own.apply(lambda moment: _features(moment["scored_at"], logs.get(own.name, empty)), axis=1)
    )


def _features(scored_at: pd.Timestamp, log: pd.DataFrame) -> pd.Series:
    known = log[(log["known_at"] <= scored_at) & (log["superseded_at"].isna() | (log["superseded_at"] > scored_at))]
    age = (scored_at - known["ends_at"]).dt.total_seconds() / 86400
    visits = known["is_visit"]
    found: dict[str, object] = {"visits": visits.sum(), "unused": known["is_unused"].sum()}
    for outcome in ("no_show", "late_cancel", "early_cancel"):
        found[outcome] = (known["outcome"] == outcome).sum()
    for window in (90, 180):
        near = known[age < window]
        found[f"visits_{window}d"] = near["is_visit"].sum()
        for outcome in ("no_show", "late_cancel"):
            found[f"{outcome}_{window}d"] = (near["outcome"] == outcome).sum()
    found["expected"], found["information"] = known.loc[visits, "expected"].sum(), known.loc[visits, "information"].sum()
    excess = known["is_unused"].astype(int) - known["expected"]
    for days in (21, 56, 182):
        fading = 0.5 ** (age / days)
        found[f"excess_{days}"] = (excess * fading)[visits].sum()
        found[f"information_{days}"] = (known["information"] * fading)[visits].sum()
    attended = known[known["outcome"] == "attended"]
    last_attended, last_unused = attended["ends_at"].max(), known.loc[known["is_unused"], "ends_at"].max()
    found["last_ended_at"], found["last_attended_at"] = known["ends_at"].max(), last_attended
    since_attended = known if pd.isna(last_attended) else known[known["ends_at"] > last_attended]
    found["unused_streak"], found["missed_in_plan"] = since_attended["is_unused"].sum(), (since_attended["outcome"] != "attended").sum()
    found["attended_streak"] = (attended["ends_at"] >= last_unused).sum() if pd.notna(last_unused) else len(attended)
    half_a_year = attended.loc[age[attended.index] < 180, "ends_at"]
    span = (half_a_year.max() - half_a_year.min()).total_seconds() / 86400 if len(half_a_year) > 1 else float("nan")
    found["usual_gap"] = span / max(len(half_a_year) - 1, 1)
    return pd.Series(found)
