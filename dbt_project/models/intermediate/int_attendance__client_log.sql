-- Every client's outcomes with what was to be expected of each: by lead time and kind of session, and by the clinician.
-- Unused less expected is the client's own share.
{{ config(materialized='incremental', incremental_strategy='same_keys', unique_key='appointment_token') }}
with

outcomes as (

    select * from {{ ref('int_attendance__expected') }}
    where {{ is_touched('appointment_token') }}

),

clinicians as (

    select * from {{ ref('int_attendance__clinician_rates') }}

),

rated as (

    select
        outcomes.*,
        {{ expit(logit('outcomes.booked_rate') ~ ' + ' ~ clinician_effect('clinicians')) }} as expected
    from outcomes
    left join clinicians on outcomes.clinician_token = clinicians.rate_key and outcomes.rated_on = clinicians.day

),

final as (

    select
        client_token,
        booking_id,
        appointment_token,
        recording_no,
        outcome,
        is_visit,
        is_unused,
        ends_at,
        known_at,
        superseded_at,
        expected,
        expected * (1 - expected) as information
    from rated

)

select * from final
