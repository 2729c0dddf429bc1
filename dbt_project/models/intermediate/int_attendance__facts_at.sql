-- The midnight at which the carried facts are known: one row, written when they are.
-- depends_on: {{ ref('int_attendance__client_facts') }}, {{ ref('int_attendance__client_booked') }}
select facts_at
from {{ ref('int_attendance__changes') }}
