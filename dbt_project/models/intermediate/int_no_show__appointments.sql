-- Rows of feat_no_show__appointments. An increment puts anew what its records may change and leaves the rest.
-- depends_on: {{ ref('int_attendance__changes') }}, {{ ref('int_attendance__touched') }}
{{ config(materialized='incremental', incremental_strategy='later_moments') }}

{{ no_show_features('moments') }}

select
    final.*,
    labels.outcome as label_outcome,
    labels.is_unused as label_is_unused,
    labels.label_known_at
from final
left join {{ ref('int_attendance__labels') }} as labels on final.booking_id = labels.booking_id
