-- Visits of each clinician so far, as known at 00:00 of each day, beside what lead times and kinds of session predicted of them.
-- `information` is the variance of that prediction.
{{ config(materialized='incremental', incremental_strategy='later_days') }}
with

outcomes as (

    select * from {{ ref('int_attendance__expected') }}
    where clinician_token is not null

),

{{ turns('outcomes') }},

steps as (

    select
        'clinician' as kind,
        clinician_token as rate_key,
        day,
        sum(sign) as visits,
        sum(sign * is_unused::int) as unused,
        sum(sign * {{ exact('booked_rate') }}) as expected,
        sum(sign * {{ exact('booked_rate * (1 - booked_rate)') }}) as information
    from turns
    group by all

),

{{ rates_by_day('steps', ['visits', 'unused', 'expected', 'information'], like=ref('int_attendance__rates')) }}

select * from final
{{ in_order_of('day') }}
