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
        sum(unused * weight) as weighted_unused
    from weighed
    group by client_token, known_at

),

-- the client's outcomes in force at each of these instants, and when the last attended visit ended
in_force as (

    select
        by_instant.client_token,
        by_instant.known_at,
        statuses.outcome,
        statuses.ends_at,
        max(statuses.ends_at) filter (statuses.outcome = 'attended') over (
            partition by by_instant.client_token, by_instant.known_at
        ) as last_attended_at
    from by_instant
    inner join {{ ref('int_attendance__statuses') }} as statuses
        on
            by_instant.client_token = statuses.client_token
            and by_instant.known_at >= statuses.known_at
            and by_instant.known_at < coalesce(statuses.superseded_at, 'infinity'::timestamptz)

),

recent as (

    select
        client_token,
        known_at,
        any_value(last_attended_at) as last_attended_at,
        max(ends_at) as last_ended_at,
        count(*) filter (
            outcome in ('no_show', 'late_cancel') and ends_at > coalesce(last_attended_at, '-infinity'::timestamptz)
        ) as unused_streak
    from in_force
    group by client_token, known_at

),

running as (

    select
        client_token,
        known_at,
        sum(visits) over so_far as visits,
        sum(unused) over so_far as unused,
        sum(no_shows) over so_far as no_shows,
        sum(late_cancels) over so_far as late_cancels,
        sum(early_cancels) over so_far as early_cancels,
        sum(expected) over so_far as expected,
        sum(information) over so_far as information,
        sum(weighted_visits) over so_far as weighted_visits,
        sum(weighted_unused) over so_far as weighted_unused
    from by_instant
    window so_far as (partition by client_token order by known_at)

),

final as (

    select
        running.*,
        recent.last_attended_at,
        recent.last_ended_at,
        coalesce(recent.unused_streak, 0) as unused_streak,
        -- where two visits ended at once, one attended is enough
        case when running.visits > 0 then recent.unused_streak > 0 end as is_last_unused
    from running
    left join recent
        on running.client_token = recent.client_token and running.known_at = recent.known_at

)

select * from final
