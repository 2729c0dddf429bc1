-- Visits and unused ones so far, as known at 00:00 of each day: of the whole practice, and by lead time, kind of session, both,
-- site, and weekday with hour.
with

outcomes as (

    select * from {{ ref('int_attendance__outcomes') }}

),

{{ rate_steps() }},

{{ rates_by_day('steps', ['visits', 'unused']) }}

select * from final
