-- Each recording of an outcome, while it counts, with what was booked when it was recorded: a later correction of the booking
-- changes no count of before.
-- depends_on: {{ ref('int_attendance__changes') }}
{{ config(materialized='incremental', incremental_strategy='touched', meta={'recorded': 'known_at'}) }}
with

-- an increment's are few, and found before they are joined
statuses as {% if not is_increment() %}not {% endif %}materialized (

    select * from {{ ref('int_attendance__statuses') }}
    -- never counted: another recording counted first
    where (superseded_at is null or superseded_at > known_at) and {{ is_touched('appointment_token', 'recorded_at') }}

),

versions as (

    select * from {{ ref('int_attendance__versions') }}
    where {{ is_touched('appointment_token', 'valid_from') }}

),

final as (

    select
        statuses.booking_id,
        statuses.appointment_token,
        statuses.recording_no,
        versions.client_token,
        versions.clinician_token,
        versions.site_token,
        versions.session_type,
        versions.lead_band,
        versions.slot,
        statuses.outcome,
        statuses.ends_at,
        statuses.known_at,
        statuses.superseded_at,
        statuses.outcome in ('attended', 'no_show', 'late_cancel') as is_visit,
        statuses.outcome in ('no_show', 'late_cancel') as is_unused,
        {{ known_day('statuses.known_at') }} as known_on,
        {{ known_day('statuses.superseded_at') }} as superseded_on,
        -- the day whose rates say what was to be expected of it: known before the visit and before its outcome
        least(versions.starts_on, {{ local_day('statuses.recorded_at') }}) as rated_on
    from statuses
    inner join versions
        on statuses.appointment_token = versions.appointment_token and statuses.version_no = versions.version_no

)

select * from final
{{ in_order_of('known_at') }}
