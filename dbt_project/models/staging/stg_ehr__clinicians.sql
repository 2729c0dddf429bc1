-- One row per recorded change of a clinician's record.
with

source as (

    select distinct * from {{ source('lake', 'deid_ehr__clinicians') }}

),

final as (

    select
        clinician_token,
        recorded_at,
        discipline,
        licence_state,
        site_token

    from source

)

select * from final
