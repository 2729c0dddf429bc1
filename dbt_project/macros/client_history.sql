{# What is known of a client at a moment: one SQL text for training rows and for coming appointments. Each joins the moments with
   the client's log as it was known then, and counts. #}

{% macro weeks_of_memory() -%}
    {{ return({'3w': 21, '8w': 56, '26w': 182}) }}
{%- endmacro %}

{# Outcomes in force at each moment: counts, what was expected, and the same fading by half in 3, 8 and 26 weeks. #}
{% macro client_outcomes(moments) %}
with

known as (

    select
        moments.moment_id,
        log.outcome,
        log.is_visit,
        log.is_unused,
        log.ends_at,
        log.expected,
        log.information,
        log.is_unused::int - log.expected as excess,
        {{ days_apart('moments.scored_at', 'log.ends_at') }} as age
    from {{ moments }} as moments
    inner join {{ ref('int_attendance__client_log') }} as log
        on
            moments.client_token = log.client_token
            and moments.scored_at >= log.known_at
            and moments.scored_at < coalesce(log.superseded_at, 'infinity'::timestamptz)

),

counted as (

    select
        moment_id,
        count(*) filter (is_visit) as visits,
        count(*) filter (is_unused) as unused,
        count(*) filter (outcome = 'no_show') as no_shows,
        count(*) filter (outcome = 'late_cancel') as late_cancels,
        count(*) filter (outcome = 'early_cancel') as early_cancels,
        {% for window in (90, 180) %}
        count(*) filter (is_visit and age < {{ window }}) as visits_{{ window }}d,
        count(*) filter (outcome = 'no_show' and age < {{ window }}) as no_shows_{{ window }}d,
        count(*) filter (outcome = 'late_cancel' and age < {{ window }}) as late_cancels_{{ window }}d,
        {% endfor %}
        {{ exact_sum('expected', 'is_visit') }} as expected,
        {{ exact_sum('information', 'is_visit') }} as information,
        {% for name, days in weeks_of_memory().items() %}
        {{ exact_sum('excess * exp(-age * ln(2) / ' ~ days ~ ')', 'is_visit') }} as recent_excess_{{ name }},
        {{ exact_sum('information * exp(-age * ln(2) / ' ~ days ~ ')', 'is_visit') }} as recent_information_{{ name }},
        {% endfor %}
        {{ exact_sum('exp(-age / 60)', 'is_visit') }} as weighted_visits,
        {{ exact_sum('exp(-age / 60)', 'is_unused') }} as weighted_unused,
        max(ends_at) as last_ended_at,
        max(ends_at) filter (is_unused) as last_unused_at,
        max(ends_at) filter (outcome = 'attended') as last_attended_at,
        count(*) filter (outcome = 'attended' and age < 180) as attended_180d,
        min(ends_at) filter (outcome = 'attended' and age < 180) as first_attended_180d_at
    from known
    group by moment_id

),

since as (

    select
        known.moment_id,
        -- where two visits ended at once, one attended is enough
        count(*) filter (
            known.is_unused and known.ends_at > coalesce(counted.last_attended_at, '-infinity'::timestamptz)
        ) as unused_streak,
        count(*) filter (
            known.outcome = 'attended' and known.ends_at >= coalesce(counted.last_unused_at, '-infinity'::timestamptz)
        ) as attended_streak,
        count(*) filter (
            known.outcome != 'attended' and known.ends_at > coalesce(counted.last_attended_at, '-infinity'::timestamptz)
        ) as missed_in_plan
    from known
    inner join counted on known.moment_id = counted.moment_id
    where
        known.ends_at >= counted.last_attended_at
        or known.ends_at >= counted.last_unused_at
        or counted.last_attended_at is null
        or counted.last_unused_at is null
    group by known.moment_id

),

final as (

    select
        counted.*,
        coalesce(since.unused_streak, 0) as unused_streak,
        coalesce(since.attended_streak, 0) as attended_streak,
        coalesce(since.missed_in_plan, 0) as missed_in_plan,
        -- the mean time between attended visits of half a year
        case when counted.attended_180d > 1
            then {{ days_apart('counted.last_attended_at', 'counted.first_attended_180d_at') }} / (counted.attended_180d - 1)
        end as usual_gap_days
    from counted
    left join since on counted.moment_id = since.moment_id

)

select * from final
{% endmacro %}

{# Bookings of the client at each moment: made, open, moved by the client, confirmed; and others of the same day or series. #}
{% macro client_bookings(moments) %}
with

moments as (

    select
        moment_id,
        booking_id,
        client_token,
        series_token,
        scored_at,
        starts_on,
        starts_by
    from {{ moments }}

),

bookings as (

    select * from {{ ref('int_attendance__bookings') }}

),

versions as (

    select * from {{ ref('int_attendance__versions') }}

),

made as (

    select
        moments.moment_id,
        count(*) as bookings,
        count(*) filter (moments.scored_at < coalesce(bookings.ended_at, 'infinity'::timestamptz)) as open_bookings,
        count(*) filter (moments.scored_at >= bookings.moved_at) as moves,
        count(*) filter (
            moments.scored_at >= bookings.moved_at and moments.scored_at < bookings.moved_at + interval 90 day
        ) as moves_90d,
        count(*) filter (moments.scored_at >= bookings.confirmed_at) as confirmations
    from moments
    inner join bookings on moments.client_token = bookings.client_token and moments.scored_at >= bookings.known_at
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
        made.moves_90d,
        made.confirmations,
        moments.scored_at >= own.confirmed_at as is_confirmed,
        same_day.same_day_bookings,
        series.series_position
    from moments
    left join made on moments.moment_id = made.moment_id
    left join bookings as own on moments.booking_id = own.booking_id
    left join same_day on moments.moment_id = same_day.moment_id
    left join series on moments.moment_id = series.moment_id

)

select * from final
{% endmacro %}
