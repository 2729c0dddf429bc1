-- Outcomes of each client as known at the midnight that ends the records. They stand until the client's next record: an increment derives only
-- those of clients that changed.
{{ config(materialized='incremental', incremental_strategy='same_keys', unique_key='client_token') }}
with

moments as (

    select * from {{ ref('int_attendance__changed_clients') }}
    where has_outcomes

),

facts as (
    {{ client_facts('moments', few=true, by=key_of_changed_clients()) }}
)

select
    moments.client_token,
    facts.* exclude (moment_id)
from moments
left join facts on moments.moment_id = facts.moment_id
