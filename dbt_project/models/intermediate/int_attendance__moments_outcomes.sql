-- What was known of the client's outcomes at each scoring moment; moments without any have no row.
{{ config(materialized='parts', meta={'parts_of': 'int_attendance__moments'}) }}
with

moments as not materialized (

    select * from {{ ref('int_attendance__moments') }}
    where {{ of_this_part('client_token') }}

),

facts as (
    {{ client_facts('moments') }}
),

windows as (
    {{ client_windows('moments') }}
),

{{ client_outcomes() }}

select * from final
