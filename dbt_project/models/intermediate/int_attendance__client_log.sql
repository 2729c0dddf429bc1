-- Every client's outcomes with what was to be expected of each: by lead time and kind of session, and by the clinician.
-- Unused less expected is the client's own share.
-- depends_on: {{ ref('int_attendance__changes') }}
{{ config(materialized='incremental', incremental_strategy='touched', meta={'recorded': 'known_at'}) }}
with

outcomes as (

    select * from {{ ref('int_attendance__expected') }}
    where {{ is_touched('appointment_token', 'known_at') }}

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
        hash(client_token) as client_hash,
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
