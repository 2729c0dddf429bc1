-- Which booking is scored when, in training and evaluation. One row per booking and moment.
--   at_booking   when its time was chosen
--   day_before   00:00 of the day before the visit, or at booking if that came later
-- A booking already ended at its moment, or whose version was not in force then, has no such row.
with

versions as (

    select * from {{ ref('int_attendance__versions') }}

),

ended as (

    select
        booking_id,
        min(recorded_at) as ended_at
    from {{ ref('int_attendance__statuses') }}
    group by booking_id

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
    left join ended on candidates.booking_id = ended.booking_id
    where
        candidates.moment = 'at_booking'
        or (
            candidates.scored_at < coalesce(candidates.valid_to, 'infinity'::timestamptz)
            and (
                candidates.scored_at >= candidates.valid_from
                -- recorded a while after it was chosen: the choice itself was known to the person who made it
                or (candidates.scored_at = candidates.chosen_at and candidates.valid_from = candidates.booking_known_at)
            )
            and candidates.scored_at < coalesce(ended.ended_at, 'infinity'::timestamptz)
        )
    -- a corrected day would make two moments: the later one stands
    qualify row_number() over (partition by candidates.booking_id, candidates.moment order by candidates.version_no desc) = 1

)

select
    *,
    row_number() over () as moment_id
from final
