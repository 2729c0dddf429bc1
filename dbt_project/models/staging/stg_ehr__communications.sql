-- One row per recorded change of a reminder. What was known of it at a moment is its last row recorded by then.
with

source as (

    select distinct * from {{ source('lake', 'deid_ehr__communications') }}

),

final as (

    select
        communication_token,
        appointment_token,
        client_token,
        recorded_at,
        channel,
        status,
        status = 'completed' as is_sent,
        coalesce(assigned_by, 'rule') as assigned_by, -- an effect is told apart from a choice only where chance is on record
        sent_at,
        answered_at

    from source

)

select * from final
