-- Each client's outcomes so far, as known at each instant. `expected` is what the lead time alone predicted for them,
-- so unused - expected is the client's own share; `information` is the variance of that sum.
{% set decay_days = 60 %}
with

changes as (

    select * from {{ ref('int_attendance__changes') }}

),

leads as (

    select * from {{ ref('int_attendance__lead_history') }}

),

weighed as (

    select
        changes.*,
        {{ shrunk_rate('leads.unused', 'leads.visits', 0.18, 100) }} as expected_rate,
        exp({{ days_apart('changes.ends_at', "timestamptz '2020-01-01 00:00:00+00'") }} / {{ decay_days }} - 30) as weight
    from changes
    asof left join leads
        on changes.lead_band = leads.lead_band and changes.chosen_at >= leads.known_at

),

by_instant as (

    select
        client_token,
        known_at,
        sum(visits) as visits,
        sum(unused) as unused,
        sum(no_shows) as no_shows,
        sum(late_cancels) as late_cancels,
        sum(early_cancels) as early_cancels,
        sum(visits * expected_rate) as expected,
        sum(visits * expected_rate * (1 - expected_rate)) as information,
        sum(visits * weight) as weighted_visits,
        sum(unused * weight) as weighted_unused,
        max(ends_at) filter (sign = 1 and outcome = 'attended') as attended_at,
        max_by(outcome in ('no_show', 'late_cancel'), ends_at) filter (sign = 1) as is_last_unused,
        max(ends_at) filter (sign = 1) as last_ended_at
    from weighed
    group by client_token, known_at

),

final as (

    select
        client_token,
        known_at,
        sum(visits) over running as visits,
        sum(unused) over running as unused,
        sum(no_shows) over running as no_shows,
        sum(late_cancels) over running as late_cancels,
        sum(early_cancels) over running as early_cancels,
        sum(expected) over running as expected,
        sum(information) over running as information,
        sum(weighted_visits) over running as weighted_visits,
        sum(weighted_unused) over running as weighted_unused,
        max(attended_at) over running as last_attended_at,
        max(last_ended_at) over running as last_ended_at,
        is_last_unused
    from by_instant
    window running as (partition by client_token order by known_at)

)

select
    *,
    -- misses since the last attended visit: a running count of unused, minus its value when the client last came
    unused - coalesce(
        max(case when last_attended_at = last_ended_at then unused end) over (partition by client_token order by known_at), 0
    ) as unused_streak
from final
