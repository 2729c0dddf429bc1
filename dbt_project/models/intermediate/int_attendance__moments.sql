-- Which booking is scored when, in training and evaluation. One row per booking and moment.
--   at_booking   when its time was chosen
--   day_before   00:00 of the day before the visit, or at booking if that came later
-- A booking already ended at its moment, or whose version was not in force then, has no such row.
-- An increment holds the moments whose row may differ: of the appointments it touches, and from the earliest new record on.
with

versions as (

    select * from {{ ref('int_attendance__versions') }}
    {% if is_increment() -%}
        where booking_id in (
            select booking_id from {{ ref('int_attendance__versions') }}
            where
                {{ is_touched('appointment_token') }}
                or chosen_at >= {{ changed_from() }}
                or starts_on > {{ local_day(changed_from()) }}
        )
    {%- endif %}

),

bookings as (

    select * from {{ ref('int_attendance__bookings') }}

),

day_before as not materialized (

    select
        versions.*,
        greatest(versions.chosen_at, {{ local_midnight('versions.starts_on - 1') }}) as scored_at
    from versions
    inner join bookings on versions.booking_id = bookings.booking_id and versions.booking_known_at = bookings.known_at
    where
        scored_at < coalesce(versions.valid_to, 'infinity'::timestamptz)
        and (
            scored_at >= versions.valid_from
            -- recorded a while after it was chosen: the choice itself was known to the person who made it
            or (scored_at = versions.chosen_at and versions.valid_from = versions.booking_known_at)
        )
        and scored_at < coalesce(bookings.ended_at, 'infinity'::timestamptz)

),

-- a corrected day would make two moments: the later one stands
corrected as (

    select
        booking_id,
        max(version_no) as version_no
    from day_before
    where not is_first
    group by booking_id

),

final as (

    select
        *,
        chosen_at as scored_at,
        'at_booking' as moment
    from versions
    where is_first

    union all

    select
        day_before.*,
        'day_before' as moment
    from day_before
    left join corrected on day_before.booking_id = corrected.booking_id
    where corrected.version_no is null or day_before.version_no = corrected.version_no

)

select
    *,
    row_number() over () as moment_id
from final
{% if is_increment() -%}
    where {{ is_touched('appointment_token') }} or scored_at >= {{ changed_from() }}
{%- endif %}
