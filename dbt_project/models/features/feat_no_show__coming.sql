-- Coming visits as known at 00:00 of each as-of day, with the features of feat_no_show__appointments.
-- One folder an as-of day: a run rewrites the days it was asked for and leaves the others.
{{ config(
    materialized='parquet',
    location=env_var('HSCHED_TABLES', 'tables') ~ '/feat_no_show__coming',
    partition_by='as_of_on',
    tags=['daily']
) }}

{{ no_show_features('coming') }}

select
    final.*,
    {{ local_time('final.scored_at') }}::date as as_of_on
from final
