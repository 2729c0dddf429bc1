-- Appointments that an increment derives anew: those with a record from the earliest new one on, each with its first record.
-- Empty in a whole build, which derives all.
select
    appointment_token,
    min(recorded_at) as first_recorded_at
from {{ ref('stg_ehr__appointments') }}
where
    {% if is_increment() %}
    appointment_token in (select appointment_token from {{ ref('stg_ehr__appointments') }} where recorded_at >= {{ changed_from() }})
    {% else %}
    false
    {% endif %}
group by appointment_token
