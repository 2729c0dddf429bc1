-- What was known of a booking, and when: one row per version, in force from valid_from until valid_to.
-- depends_on: {{ ref('int_attendance__changes') }}
-- An increment leaves the version of an appointment that is plain and was booked on an earlier record: it was plain before, and the same.
{{ config(materialized='incremental', incremental_strategy='same_appointments', meta={'recorded': 'valid_from'}) }}
with

openings as (

    select * from {{ ref('int_attendance__events') }}
    where is_opening {% if is_increment() %}and not (is_plain and recorded_at < (select changed_from from {{ ref('int_attendance__changes') }})){% endif %}

),

-- an appointment never changed has one version
plain as (

    select
        *,
        null::timestamptz as valid_to,
        event_at as chosen_at,
        recorded_at as booking_known_at,
        true as is_first,
        replaces_appointment_token is not null as is_moved_here
    from openings
    where is_plain

),

compared as (

    select
        *,
        lead(recorded_at) over (partition by appointment_token order by version_no) as valid_to,
        -- the moment this time was chosen: the booking, or the move that set it; a correction does not choose
        first_value(event_at) over booking as chosen_at,
        first_value(recorded_at) over booking as booking_known_at,
        row_number() over booking = 1 as is_first,
        first_value(replaces_appointment_token is not null or is_move_within) over booking as is_moved_here
    from openings
    where not is_plain
    window booking as (partition by booking_id order by version_no)

),

numbered as (

    select * from plain
    union all by name
    select * from compared

),

final as (

    select
        booking_id,
        appointment_token,
        version_no,
        client_token,
        clinician_token,
        starts_on,
        starts_at,
        starts_by,
        ends_at,
        duration_minutes,
        session_type,
        modality,
        site_token,
        series_token,
        series_interval_days,
        recorded_at as valid_from,
        valid_to,
        chosen_at,
        booking_known_at,
        is_first,
        is_moved_here,
        {{ lead_band('starts_on - ' ~ local_day('chosen_at')) }} as lead_band,
        {{ slot('starts_on', 'starts_at') }} as slot
    from numbered

)

select * from final
{{ in_order_of('valid_from') }}
