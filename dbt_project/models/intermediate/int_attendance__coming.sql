-- Bookings still standing at 00:00 of each as-of day, for the visits of the days that follow.
-- Tomorrow's visits (and today's) are scored by the day_before model, later ones by the at_booking model.
{{ config(tags=['daily'], database='scratch') }}
{% set first = var('as_of_start') or '1900-01-01' %}
{% set last = var('as_of_end') or '1900-01-01' %}
with

days as (

    select
        day::date as as_of_on,
        {{ local_midnight('day::date') }} as scored_at
    from generate_series(date '{{ first }}', date '{{ last }}', interval 1 day) as span (day)

),

versions as (

    select * from {{ ref('int_attendance__versions') }}
    -- as literals: DuckDB then skips visits of other days
    where starts_on >= date '{{ first }}' and starts_on < date '{{ last }}' + {{ var('coming_days') }}

),

bookings as (

    select * from {{ ref('int_attendance__bookings') }}

),

final as (

    select
        versions.*,
        hash(versions.client_token) as client_hash,
        days.as_of_on,
        days.scored_at,
        case when versions.starts_on <= days.as_of_on + 1 then 'day_before' else 'at_booking' end as moment
    from days
    inner join versions
        on
            days.as_of_on <= versions.starts_on
            and versions.starts_on < days.as_of_on + {{ var('coming_days') }}
            and days.scored_at >= versions.valid_from
            and days.scored_at < coalesce(versions.valid_to, 'infinity'::timestamptz)
    inner join bookings on versions.booking_id = bookings.booking_id and versions.booking_known_at = bookings.known_at
    where days.scored_at < coalesce(bookings.ended_at, 'infinity'::timestamptz)

)

select
    *,
    row_number() over () as moment_id
from final
