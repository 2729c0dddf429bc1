-- Each recording of how a booking ended. A corrected status is a second row; nothing is overwritten.
-- depends_on: {{ ref('int_attendance__touched') }}
-- depends_on: {{ ref('int_attendance__changes') }}
{{ config(materialized='incremental', incremental_strategy='touched', meta={'recorded': 'recorded_at'}) }}
with

events as (

    select * from {{ ref('int_attendance__events') }}

),

endings as (

    select
        booking_id,
        appointment_token,
        is_plain,
        version_no,
        event_type,
        event_by,
        event_at,
        recorded_at,
        starts_by,
        ends_at
    from events
    where {{ is_ending('event_type') }} and not is_move_within

    union all

    -- a move within one appointment id ends the booking before it, at the start it had then
    select
        appointment_token || '-' || (booking_no - 1) as booking_id,
        appointment_token,
        is_plain,
        version_no - 1 as version_no,
        event_type,
        event_by,
        event_at,
        recorded_at,
        previous_starts_by as starts_by,
        previous_starts_by as ends_at
    from events
    where is_move_within

),

named as (

    select
        booking_id,
        appointment_token,
        is_plain,
        version_no,
        recorded_at,
        starts_by,
        ends_at,
        case
            when event_type in ('attended', 'no_show') then event_type
            when event_by = 'clinic' then 'clinic_cancel'
            when event_at > starts_by - to_hours({{ var('late_cancel_hours') }}) then 'late_cancel'
            else 'early_cancel'
        end as outcome,
        event_type = 'moved' as is_move,
        -- an outcome counts once its appointment has ended and its status has been recorded
        greatest(recorded_at, ends_at) as known_at
    from endings

),

-- an appointment that ended once was not put right
plain as (

    select
        *,
        null::varchar as previous_outcome,
        1::bigint as recording_no,
        true as is_final
    from named
    where is_plain

),

compared as (

    select
        *,
        lag(outcome) over recorded as previous_outcome,
        row_number() over recorded as recording_no
    from named
    where not is_plain
    window recorded as (partition by booking_id order by recorded_at, outcome, version_no, known_at)

),

recordings as (

    select
        *,
        lead(recorded_at) over (partition by booking_id order by recording_no) is null as is_final,
        min(known_at) over (
            partition by booking_id order by recording_no rows between 1 following and unbounded following
        ) as corrected_at
    from compared
    where outcome is distinct from previous_outcome

),

revised as (

    select
        * exclude (corrected_at),
        -- in the counts until a later recording counts; never counted at all if that one counts first
        case when corrected_at is not null then greatest(known_at, corrected_at) end as superseded_at
    from recordings

),

final as (

    select
        *,
        null::timestamptz as superseded_at
    from plain
    union all by name
    select * from revised

)

select * exclude (is_plain) from final
{{ in_order_of('recorded_at') }}
