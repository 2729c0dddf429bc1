{# What is known of a client at a moment: one SQL text for training rows and for coming appointments. Each joins the moments with
   the client's log as it was known then, and counts. What two parts read is not materialized: a copy of all pairs of moment and outcome
   takes more memory than making them twice takes time.
   Facts are what stands until the next record, whatever the moment: they are carried from day to day (int_attendance__client_facts).
   Windows move with the moment. #}

{% macro weeks_of_memory() -%}
    {{ return({'3w': 21, '8w': 56, '26w': 182}) }}
{%- endmacro %}

{# What is left of a visit of `age` days ago in a sum that fades by half in so many days. #}
{% macro half_left(age, days) -%}
    exp(-({{ age }}) * ln(2) / {{ days }})
{%- endmacro %}

{# Pairs of moment and outcome in force then. #}
{% macro _known(moments, since=none, by='client_token') %}
    select
        moments.moment_id,
        moments.scored_at,
        log.outcome,
        log.is_visit,
        log.is_unused,
        log.ends_at,
        log.expected,
        log.information
    from {{ moments }} as moments
    inner join {{ ref('int_attendance__client_log') }} as log
        on
            moments.{{ by }} = log.{{ by }}
            and moments.scored_at >= log.known_at
            and moments.scored_at < coalesce(log.superseded_at, 'infinity'::timestamptz)
            {% if since %}and log.known_at >= {{ since }}{% endif %}
{% endmacro %}

{# Outcomes in force at each moment: counts, what was expected, and the same fading by half in 3, 8 and 26 weeks. What fades does so
   up to the last visit's end (`faded_*`, exact sums), so that it changes by records alone; from there to the moment it fades as one.
   Pairs of `few` moments, one a client at most, are made once and kept; `by` is what clients are found by. #}
{% macro client_facts(moments, few=false, by='client_token') %}
with

known as {% if not few %}not {% endif %}materialized ({{ _known(moments, by=by) }}),

-- by outcome first: filters in every sum cost more than the sums
by_outcome as (

    select
        moment_id,
        outcome,
        is_visit,
        is_unused,
        count(*) as times,
        max(ends_at) as last_at,
        sum({{ exact('expected') }}) as expected,
        sum({{ exact('information') }}) as information
    from known
    group by moment_id, outcome, is_visit, is_unused

),

counted as (

    select
        moment_id,
        sum(times) filter (is_visit)::int as visits,
        sum(times) filter (is_unused)::int as unused,
        sum(times) filter (outcome = 'no_show')::int as no_shows,
        sum(times) filter (outcome = 'late_cancel')::int as late_cancels,
        sum(times) filter (outcome = 'early_cancel')::int as early_cancels,
        (sum(expected) filter (is_visit))::double as expected,
        (sum(information) filter (is_visit))::double as information,
        max(last_at) as last_ended_at,
        max(last_at) filter (is_unused) as last_unused_at,
        max(last_at) filter (outcome = 'attended') as last_attended_at
    from by_outcome
    group by moment_id

),

aged as not materialized (

    select
        known.*,
        known.is_unused::int - known.expected as excess,
        {{ days_apart('counted.last_ended_at', 'known.ends_at') }} as age,
        coalesce(counted.last_attended_at, '-infinity'::timestamptz) as last_attended_at,
        coalesce(counted.last_unused_at, '-infinity'::timestamptz) as last_unused_at
    from known
    inner join counted on known.moment_id = counted.moment_id

),

visited as (

    select
        moment_id,
        {% for name, days in weeks_of_memory().items() %}
        {{ exact_sum('excess * ' ~ half_left('age', days)) }} as faded_excess_{{ name }},
        {{ exact_sum('information * ' ~ half_left('age', days)) }} as faded_information_{{ name }},
        {% endfor %}
        {{ exact_sum('exp(-age / 60)') }} as faded_visits,
        {{ exact_sum('exp(-age / 60)', 'is_unused') }} as faded_unused,
        -- where two visits ended at once, one attended is enough
        count(*) filter (is_unused and ends_at > last_attended_at) as unused_streak,
        count(*) filter (outcome = 'attended' and ends_at >= last_unused_at) as attended_streak
    from aged
    where is_visit
    group by moment_id

),

cancelled as (

    select
        moment_id,
        count(*) as cancels_since
    from aged
    where not is_visit and ends_at > last_attended_at
    group by moment_id

)

select
    counted.*,
    visited.* exclude (moment_id, unused_streak, attended_streak),
    coalesce(visited.unused_streak, 0)::int as unused_streak,
    coalesce(visited.attended_streak, 0)::int as attended_streak,
    (coalesce(visited.unused_streak, 0) + coalesce(cancelled.cancels_since, 0))::int as missed_in_plan
from counted
left join visited on counted.moment_id = visited.moment_id
left join cancelled on counted.moment_id = cancelled.moment_id
{% endmacro %}

{# Outcomes of half a year before each moment. `since` is an instant before which none of them was known, `by` what clients are found by. #}
{% macro client_windows(moments, since=none, by='client_token') %}
with

known as (

    select
        *,
        {{ days_apart('scored_at', 'ends_at') }} as age
    from ({{ _known(moments, since, by) }}) as pairs
    where age < 180

)

select
    moment_id,
    {% for window in (90, 180) %}
    count(*) filter (is_visit and age < {{ window }}) as visits_{{ window }}d,
    count(*) filter (outcome = 'no_show' and age < {{ window }}) as no_shows_{{ window }}d,
    count(*) filter (outcome = 'late_cancel' and age < {{ window }}) as late_cancels_{{ window }}d,
    {% endfor %}
    count(*) filter (outcome = 'attended') as attended_180d,
    min(ends_at) filter (outcome = 'attended') as first_attended_180d_at
from known
group by moment_id
{% endmacro %}

{# The last part of a model that has `moments`, `facts` and `windows`: one row a moment with facts. #}
{% macro client_outcomes() %}
final as (

    select
        facts.moment_id,
        {% for name in ('visits', 'unused', 'no_shows', 'late_cancels', 'early_cancels', 'expected', 'information') %}
        facts.{{ name }},
        {% endfor %}
        {% for name, days in weeks_of_memory().items() %}
        {% set left = half_left(days_apart('moments.scored_at', 'facts.last_ended_at'), days) %}
        facts.faded_excess_{{ name }} * {{ left }} as recent_excess_{{ name }},
        facts.faded_information_{{ name }} * {{ left }} as recent_information_{{ name }},
        {% endfor %}
        {% set left = 'exp(-(' ~ days_apart('moments.scored_at', 'facts.last_ended_at') ~ ') / 60)' %}
        facts.faded_visits * {{ left }} as weighted_visits,
        facts.faded_unused * {{ left }} as weighted_unused,
        facts.last_ended_at,
        facts.last_attended_at,
        facts.unused_streak,
        facts.attended_streak,
        facts.missed_in_plan,
        {% for window in (90, 180) %}
        {% for name in ('visits', 'no_shows', 'late_cancels') %}
        windows.{{ name }}_{{ window }}d,
        {% endfor %}
        {% endfor %}
        -- the mean time between attended visits of half a year
        case when windows.attended_180d > 1
            then {{ days_apart('facts.last_attended_at', 'windows.first_attended_180d_at') }} / (windows.attended_180d - 1)
        end as usual_gap_days
    from moments
    inner join facts on moments.moment_id = facts.moment_id
    left join windows on moments.moment_id = windows.moment_id

)
{% endmacro %}

{# Of a row of `moments`: whether the facts are carried for just that midnight. Not while a build that moves them has not come to its end. #}
{% macro facts_are_carried() -%}
    moments.scored_at = (
        select max(carried.facts_at)
        from {{ ref('int_attendance__facts_at') }} as carried
        inner join {{ ref('int_attendance__changes') }} as changes on carried.facts_at = changes.facts_at
    )
{%- endmacro %}

{# What some of all clients are found by: 64 bits of their tokens, which takes a third of the time; the tokens should two clients share them.
   Of clients whose facts a build derives anew; and of those with coming visits. #}
{% macro key_of_changed_clients() -%}
    {{ return(_key_of_clients('select not coalesce(bool_or(some_share_hash), true) from ' ~ ref('int_attendance__changed_clients'))) }}
{%- endmacro %}

{% macro key_of_coming_clients() -%}
    {% set carried, changes = ref('int_attendance__facts_at'), ref('int_attendance__changes') %}
    {% set told_apart = 'select coalesce(bool_and(told_apart), false) from ' ~ carried ~ ' inner join ' ~ changes ~ ' using (facts_at)' %}
    {{ return(_key_of_clients(told_apart)) }}
{%- endmacro %}

{% macro _key_of_clients(told_apart) -%}
    {% if execute %}
        {{ return('client_hash' if run_query(told_apart).columns[0].values()[0] else 'client_token') }}
    {% endif %}
{%- endmacro %}

{# What the client had booked by each moment. #}
{% macro client_booked(moments, by='client_token') %}
select
    moments.moment_id,
    count(*)::int as bookings,
    count(*) filter (moments.scored_at < coalesce(bookings.ended_at, 'infinity'::timestamptz))::int as open_bookings,
    count(*) filter (moments.scored_at >= bookings.moved_at)::int as moves,
    count(*) filter (moments.scored_at >= bookings.confirmed_at)::int as confirmations
from {{ moments }} as moments
inner join {{ ref('int_attendance__bookings') }} as bookings
    on moments.{{ by }} = bookings.{{ by }} and moments.scored_at >= bookings.known_at
group by moments.moment_id
{% endmacro %}

{# Bookings of the client at each moment: made, open, moved by the client, confirmed; and others of the same day or series.
   For a model that has `moments` and `made`. #}
{% macro client_bookings() %}
bookings as not materialized (

    select * from {{ ref('int_attendance__bookings') }}

),

versions as not materialized (

    select * from {{ ref('int_attendance__versions') }}

),

moved as (

    select
        moments.moment_id,
        count(*) as moves_90d
    from moments
    inner join bookings on moments.client_token = bookings.client_token
    where
        bookings.moved_at is not null
        and moments.scored_at >= bookings.moved_at
        and moments.scored_at < bookings.moved_at + interval 90 day
    group by moments.moment_id

),

same_day as (

    select
        moments.moment_id,
        count(distinct others.booking_id) as same_day_bookings
    from moments
    inner join versions as others
        on
            moments.client_token = others.client_token
            and moments.starts_on = others.starts_on
            and moments.booking_id != others.booking_id
            and moments.scored_at >= others.valid_from
            and moments.scored_at < coalesce(others.valid_to, 'infinity'::timestamptz)
    inner join bookings on others.booking_id = bookings.booking_id
    where moments.scored_at < coalesce(bookings.cancelled_at, 'infinity'::timestamptz)
    group by moments.moment_id

),

-- an inner join: the bookings that were known before all of these, DuckDB then skips
own as (

    select
        moments.moment_id,
        moments.scored_at >= bookings.confirmed_at as is_confirmed
    from moments
    inner join bookings on moments.booking_id = bookings.booking_id and moments.booking_known_at = bookings.known_at

),

series as (

    select
        moments.moment_id,
        count(*) as series_position
    from moments
    inner join versions as earlier
        on
            moments.series_token = earlier.series_token
            and moments.starts_by > earlier.starts_by
            and moments.scored_at >= earlier.valid_from
            and moments.scored_at < coalesce(earlier.valid_to, 'infinity'::timestamptz)
    group by moments.moment_id

),

final as (

    select
        moments.moment_id,
        made.bookings,
        made.open_bookings,
        made.moves,
        moved.moves_90d,
        made.confirmations,
        own.is_confirmed,
        same_day.same_day_bookings,
        series.series_position
    from moments
    left join made on moments.moment_id = made.moment_id
    left join moved on moments.moment_id = moved.moment_id
    left join own on moments.moment_id = own.moment_id
    left join same_day on moments.moment_id = same_day.moment_id
    left join series on moments.moment_id = series.moment_id

)
{% endmacro %}
