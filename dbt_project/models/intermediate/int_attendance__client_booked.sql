-- What each client had booked as known at the midnight that ends the records. They stand until the client's next record: an increment derives only
-- those of clients that changed.
{{ config(materialized='incremental', incremental_strategy='same_keys', unique_key='client_token') }}
with

facts as (
    {{ client_booked(ref('int_attendance__changed_clients'), by=key_of_changed_clients()) }}
)

select
    clients.client_token,
    facts.* exclude (moment_id)
from {{ ref('int_attendance__changed_clients') }} as clients
left join facts on clients.moment_id = facts.moment_id
