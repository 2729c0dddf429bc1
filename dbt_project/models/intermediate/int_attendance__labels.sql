-- How each booking ended, as recorded by now. Labels only: no feature reads this view.
{{ config(materialized='view') }}
with

statuses as (

    select * from {{ ref('int_attendance__statuses') }}
    where is_final

),

final as (

    select
        booking_id,
        outcome,
        known_at as label_known_at,
        case
            when outcome in ('no_show', 'late_cancel') then true
            when outcome = 'attended' then false
        end as is_unused -- empty for early and clinic cancels: competing events, neither used nor unused
    from statuses

)

select * from final
