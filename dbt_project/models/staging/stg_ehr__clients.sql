-- One row per recorded change of a client's record; the older one wins where two were recorded in one instant.
{{ config(materialized='incremental', incremental_strategy='same_keys', unique_key='client_token') }}
{% set columns = [
    'client_token', 'recorded_at', 'age_years', 'gender', 'language', 'race_ethnicity', 'payer_class', 'has_welfare', 'has_hypertension',
    'has_diabetes', 'has_alcoholism', 'disability_level',
] | join(', ') %}
with

recorded as (

    select {{ columns }} from {{ lake_rows('clients') }}

),

source as (

    select * from recorded
    {% if is_increment() %}
        union all
        select {{ columns }} from {{ this }}
        where client_token in (select client_token from recorded)
    {% endif %}

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
    qualify row_number() over (partition by client_token, recorded_at order by age_years desc nulls last, hash(source)) = 1

)

select * from final
