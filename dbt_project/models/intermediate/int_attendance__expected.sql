-- What lead time and kind of session predicted of each visit, by the rates of the day before its outcome could be known.
-- An increment holds the outcomes it touches, and those that its days count.
{{ config(materialized='passing') }}
with

outcomes as (

    select * from {{ ref('int_attendance__outcomes') }}
    where {{ is_touched('appointment_token', 'known_at') }}
    {% if is_increment() %}
        union all
        select * from ({{ turning_outcomes() }}) as turning
        where not ({{ is_touched('appointment_token') }})
    {% endif %}

),

final as (

    select
        outcomes.*,
        {{ booked_rate() }} as booked_rate
    from outcomes
    {{ join_rates('outcomes', 'outcomes.rated_on', ['practice', 'lead', 'session', 'session_lead']) }}

)

select * from final
