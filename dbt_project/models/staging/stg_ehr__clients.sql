-- One row per recorded change of a client's record; the last one wins where two were recorded in one instant.
with

source as (

    select distinct * from {{ source('lake', 'deid_ehr__clients') }}

),

final as (

    select
        client_token,
        recorded_at,
        age_years,
        gender,
        language,
        race_ethnicity,
        payer_class,
        has_welfare,
        has_hypertension,
        has_diabetes,
        has_alcoholism,
        disability_level

    from source
    qualify row_number() over (partition by client_token, recorded_at order by age_years desc nulls last) = 1

)

select * from final
