-- Appointments that an increment derives anew: those with a record from the earliest new one on.
-- Empty in a whole build, which derives all.
{{ config(materialized='passing') }}
{% set events = ref('stg_ehr__appointments') %}
select distinct appointment_token
from {{ events }}
where {% if is_increment() %}recorded_at >= {{ changed_from() }}{% else %}false{% endif %}
