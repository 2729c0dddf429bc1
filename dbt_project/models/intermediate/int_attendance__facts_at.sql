-- The midnight at which the carried facts are known: one row, written when they are.
-- depends_on: {{ ref('int_attendance__client_facts') }}, {{ ref('int_attendance__client_booked') }}
select
    facts_at,
    (select not coalesce(bool_or(some_share_hash), true) from {{ ref('int_attendance__changed_clients') }}) as told_apart
from {{ ref('int_attendance__changes') }}
