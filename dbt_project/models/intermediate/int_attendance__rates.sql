-- Visits and unused ones so far, as known at 00:00 of each day: of the whole practice, and by lead time, kind of session, both,
-- site, and weekday with hour.
{{ config(materialized='incremental', incremental_strategy='later_days') }}
with

outcomes as (

    {{ turning_outcomes() }}

),

{{ rate_steps() }},

{{ rates_by_day('steps', ['visits', 'unused']) }}

select * from final
