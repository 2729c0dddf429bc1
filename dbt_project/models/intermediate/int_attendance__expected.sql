-- What lead time and kind of session predicted of each visit, by the rates of the day before its outcome could be known.
with

outcomes as (

    select * from {{ ref('int_attendance__outcomes') }}

),

final as (

    select
        outcomes.*,
        {{ booked_rate() }} as booked_rate
    from outcomes
    {{ join_rates('outcomes', 'outcomes.rated_on', ['practice', 'lead', 'session', 'session_lead']) }}

)

select * from final
