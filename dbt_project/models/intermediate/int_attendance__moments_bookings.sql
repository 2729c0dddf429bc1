-- What was known of the client's bookings at each scoring moment.
{{ config(materialized='parts', meta={'parts_of': 'int_attendance__moments'}) }}
with

moments as not materialized (

    select * from {{ ref('int_attendance__moments') }}
    where {{ of_this_part('client_token') }}

),

made as (
    {{ client_booked('moments') }}
),

{{ client_bookings() }}

select * from final
