-- What was known of the client's outcomes at each scoring moment; moments without any have no row.
with

moments as not materialized (

    select * from {{ ref('int_attendance__moments') }}

),

facts as (
    {{ client_facts('moments') }}
),

windows as (
    {{ client_windows('moments') }}
),

{{ client_outcomes() }}

select * from final
