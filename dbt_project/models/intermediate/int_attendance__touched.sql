-- Appointments that an increment derives anew: those with a record from the earliest new one on, each with its first record.
-- Empty in a whole build, which derives all.
{{ config(materialized='passing') }}
{% set events = ref('stg_ehr__appointments') %}
{% set hashes = 'select appointment_hash from ' ~ events ~ ' where recorded_at >= ' ~ changed_from() %}
select
    appointment_token,
    min(recorded_at) as first_recorded_at
from {{ events }}
where {% if is_increment() %}appointment_hash in ({{ hashes }}) and recorded_at >= {{ first_record_of(events, hashes) }}{% else %}false{% endif %}
group by appointment_token
