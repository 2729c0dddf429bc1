-- Every event, numbered by booking: a move within one appointment id closes one booking and opens the next,
-- a correction of the start, or any change of what is booked, opens a new version of the same booking.
-- Most appointments are plain: booked first, never changed, ended once at most. Theirs need no comparing, so only the others are sorted.
-- An increment holds the events of the appointments it touches, all of them.
{{ config(materialized='passing') }}
with

events as not materialized (

    select
        *,
        -- what is booked, in 64 bits: sorting the columns themselves once more takes a third longer
        hash(
            starts_by, ends_at, clinician_token, duration_minutes, session_type, modality, site_token, series_token, series_interval_days
        ) as booked_as
    from {{ ref('stg_ehr__appointments') }}
    where {{ is_touched('appointment_token', 'recorded_at') }}

),

-- by 64 bits of their tokens: two that share them are both compared
eventful as (

    select appointment_hash
    from events
    group by appointment_hash
    having not coalesce(
        min(booked_as) = max(booked_as)
        and count(*) filter (event_type = 'booked') = 1
        and count(*) filter ({{ is_ending('event_type') }}) <= 1
        and min(recorded_at) filter (event_type = 'booked')
        < coalesce(min(recorded_at) filter (event_type != 'booked'), 'infinity'::timestamptz),
        false
    )

),

plain as (

    select
        * exclude (appointment_hash, booked_as),
        true as is_plain,
        event_type = 'booked' as is_opening,
        false as is_move_within,
        1 as version_no,
        0 as booking_no,
        null::timestamptz as previous_starts_by
    from events
    anti join eventful on events.appointment_hash = eventful.appointment_hash

),

compared as (

    select
        *,
        lag(starts_by) over appointment as previous_starts_by,
        lag(booked_as) over appointment as previous_booked_as,
        row_number() over appointment as event_no
    from events
    semi join eventful on events.appointment_hash = eventful.appointment_hash
    window appointment as (partition by appointment_token order by recorded_at, event_at, event_type, booked_as, event_by)

),

numbered as (

    select
        *,
        coalesce(event_no = 1 or booked_as is distinct from previous_booked_as, true) as is_opening,
        coalesce(event_no > 1 and event_type = 'moved' and starts_by is distinct from previous_starts_by, false) as is_move_within
    from compared

),

counted as (

    select
        * exclude (appointment_hash, booked_as, previous_starts_by, previous_booked_as, event_no),
        false as is_plain,
        sum(is_opening::int) over running as version_no,
        sum(is_move_within::int) over running as booking_no,
        previous_starts_by
    from numbered
    window running as (partition by appointment_token order by event_no)

),

final as (

    select * from plain
    union all by name
    select * from counted

)

select
    *,
    appointment_token || '-' || booking_no as booking_id
from final
