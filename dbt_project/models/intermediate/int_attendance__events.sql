-- Every event, numbered by booking: a move within one appointment id closes one booking and opens the next,
-- a correction of the start, or any change of what is booked, opens a new version of the same booking.
-- An increment holds the events of the appointments it touches, all of them.
with

events as (

    select
        *,
        row(
            starts_by, ends_at, clinician_token, duration_minutes, session_type, modality, site_token, series_token, series_interval_days
        ) as booked_as
    from {{ ref('stg_ehr__appointments') }}
    where {{ is_touched('appointment_token') }}

),

compared as (

    select
        *,
        lag(starts_by) over appointment as previous_starts_by,
        lag(booked_as) over appointment as previous_booked_as,
        row_number() over appointment as event_no
    from events
    window appointment as (partition by appointment_token order by recorded_at, event_at, event_type, hash(booked_as), event_by)

),

numbered as (

    select
        *,
        coalesce(event_no = 1 or booked_as is distinct from previous_booked_as, true) as is_opening,
        coalesce(event_no > 1 and event_type = 'moved' and starts_by is distinct from previous_starts_by, false) as is_move_within
    from compared

),

final as (

    select
        * exclude (previous_starts_by, booked_as, previous_booked_as),
        sum(is_opening::int) over running as version_no,
        sum(is_move_within::int) over running as booking_no,
        previous_starts_by
    from numbered
    window running as (partition by appointment_token order by event_no)

)

select
    *,
    appointment_token || '-' || booking_no as booking_id,
    appointment_token || '-' || (booking_no - 1) as previous_booking_id
from final
