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

candidates as (

    select
        *,
        'at_booking' as moment,
        chosen_at as scored_at
    from versions
    qualify row_number() over (partition by booking_id order by version_no) = 1

    union all

    select
        *,
        'day_before' as moment,
        greatest(chosen_at, {{ local_midnight('starts_on - 1') }}) as scored_at
    from versions

),

final as (

    select candidates.*
    from candidates
    left join bookings on candidates.booking_id = bookings.booking_id
    where
        candidates.moment = 'at_booking'
        or (
            candidates.scored_at < coalesce(candidates.valid_to, 'infinity'::timestamptz)
            and (
                candidates.scored_at >= candidates.valid_from
                -- recorded a while after it was chosen: the choice itself was known to the person who made it
                or (candidates.scored_at = candidates.chosen_at and candidates.valid_from = candidates.booking_known_at)
            )
            and candidates.scored_at < coalesce(bookings.ended_at, 'infinity'::timestamptz)
        )
    -- a corrected day would make two moments: the later one stands
    qualify row_number() over (partition by candidates.booking_id, candidates.moment order by candidates.version_no desc) = 1

)

select
    *,
    row_number() over () as moment_id
from final
{% if is_increment() -%}
    where {{ is_touched('appointment_token') }} or scored_at >= {{ changed_from() }}
{%- endif %}
