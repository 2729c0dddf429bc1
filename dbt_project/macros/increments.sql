{# A run builds every table from the whole lake, or adds days to what is there. `new_days` names the lake's new files by table and `known_through`
   the last day whose records the tables hold; hsched passes both (hsched_pipelines/learning/increments.py). With them a run touches only:
     appointments with a record from `changed_from` on: all that is derived from one appointment's events
     days after `changed_on`: running totals
     moments from `changed_from` on: features of training rows. #}

{# While dbt parses, yes: it must see what an increment refers to. #}
{% macro is_increment() %}
    {{ return(not execute or (var('new_days') is not none and not flags.FULL_REFRESH)) }}
{% endmacro %}

{# The rows of a table of the lake: all, or those of its new files. #}
{% macro lake_rows(table) -%}
    {% set everything = source('lake', 'deid_ehr__' ~ table) %}
    {% set days = (var('new_days') or {}).get(table, []) %}
    {% if is_increment() and days -%}
        {% set folder = env_var('HSCHED_LAKE', 'lake') ~ '/deid_ehr__' ~ table ~ '/' %}
        read_parquet([{% for day in days %}'{{ folder }}{{ day }}.parquet'{{ ", " if not loop.last }}{% endfor %}], union_by_name = true)
    {%- elif is_increment() -%}
        (select * from {{ everything }} limit 0)
    {%- else -%}
        {{ everything }}
    {%- endif %}
{%- endmacro %}

{# A table as the last build left it. No `ref`: this build makes it from what asks. #}
{% macro as_left(model) -%}
    {{ return(this.incorporate(path={'identifier': model})) }}
{%- endmacro %}

{# The instant of the earliest new record. #}
{% macro changed_from() -%}
    {{ _changed('changed_from', 'timestamptz') }}
{%- endmacro %}

{# The last day whose rates stand: those of 00:00 of later days are counted again. #}
{% macro changed_on() -%}
    {{ _changed('changed_on', 'date') }}
{%- endmacro %}

{# The midnight that ends the records, at which facts of clients are carried; empty where the last day of records is not given. #}
{% macro facts_at() -%}
    {% if var('records_through') -%}
        {{ local_midnight("date '" ~ var('records_through') ~ "' + 1") }}
    {%- else -%}
        null::timestamptz
    {%- endif %}
{%- endmacro %}

{# As a literal: DuckDB then skips what lies before it. #}
{% macro _changed(column, type) -%}
    {% set changes = ref('int_attendance__changes') %}
    {% if execute %}{{ type }} '{{ run_query('select ' ~ column ~ '::varchar from ' ~ changes).columns[0].values()[0] }}'{% endif %}
{%- endmacro %}

{# A condition: the appointment has a new record, or every appointment counts. `recorded` is a column that holds no instant before the
   appointment's first record: what lies before the first record of all of them is then not read. #}
{% macro is_touched(token, recorded=none) -%}
    {% set touched = ref('int_attendance__touched') %}
    {% if is_increment() -%}
        {{ token }} in (select appointment_token from {{ touched }})
        {%- if recorded %} and {{ recorded }} >= {{ touched_since() }}{% endif %}
    {%- else -%}
        true
    {%- endif %}
{%- endmacro %}

{# No record of an appointment that an increment derives anew is older. #}
{% macro touched_since() -%}
    {{ _changed('touched_since', 'timestamptz') }}
{%- endmacro %}

{# The first instant of a column, as a literal. #}
{% macro _first_record(relation, column='recorded_at') -%}
    {% if execute -%}
        timestamptz '{{ run_query("select coalesce(min(" ~ column ~ "), 'infinity')::varchar from " ~ relation).columns[0].values()[0] }}'
    {%- endif %}
{%- endmacro %}

{# A whole build lays rows down in the order they were recorded; increments add theirs at the end. What is recent then lies together. #}
{% macro in_order_of(column) -%}
    {% if not is_increment() %}order by {{ column }}{% endif %}
{%- endmacro %}

{# Incremental strategies, by what a run's rows take the place of. #}

{% macro get_incremental_same_keys_sql(args) %}
    {{ replace_rows(args, args.unique_key ~ ' in (select ' ~ args.unique_key ~ ' from ' ~ args.temp_relation ~ ')') }}
{% endmacro %}

{# Events that may be the same: its rows are what is known of each. #}
{% macro get_incremental_same_events_sql(args) %}
    {% set replaced %}
        appointment_hash in (select appointment_hash from {{ args.temp_relation }})
        and recorded_at >= {{ _first_record(args.temp_relation) }}
        and {{ event_hash() }} in (select {{ event_hash() }} from {{ args.temp_relation }})
    {% endset %}
    {{ replace_rows(args, replaced) }}
{% endmacro %}

{# What repeats of an event have in common, in 64 bits: only likely ones are compared whole. #}
{% macro event_hash() -%}
    hash(appointment_token, event_type, event_at)
{%- endmacro %}

{# Of the appointments among its rows: they are all that is known of them. Meta `recorded` as below. #}
{% macro get_incremental_same_appointments_sql(args) %}
    {% set recorded = config.get('meta')['recorded'] %}
    {% set tokens = 'select appointment_token from ' ~ args.temp_relation %}
    {{ replace_rows(args, 'appointment_token in (' ~ tokens ~ ') and ' ~ recorded ~ ' >= ' ~ _first_record(args.temp_relation, recorded)) }}
{% endmacro %}

{# Of appointments derived anew: meta `recorded` names the column that holds no instant before their first record. #}
{% macro get_incremental_touched_sql(args) %}
    {% set tokens = 'select appointment_token from ' ~ ref('int_attendance__touched') %}
    {{ replace_rows(args, 'appointment_token in (' ~ tokens ~ ') and ' ~ config.get('meta')['recorded'] ~ ' >= ' ~ touched_since()) }}
{% endmacro %}

{% macro get_incremental_later_days_sql(args) %}
    {{ replace_rows(args, 'day > ' ~ changed_on()) }}
{% endmacro %}

{% macro get_incremental_later_moments_sql(args) %}
    {{ replace_rows(args, is_touched('appointment_token') ~ ' or scored_at >= ' ~ changed_from()) }}
{% endmacro %}

{% macro replace_rows(args, replaced) %}
    {% set columns = get_quoted_csv(args.dest_columns | map(attribute='name')) %}
    delete from {{ args.target_relation }} {% if is_increment() %}where {{ replaced }}{% endif %};
    insert into {{ args.target_relation }} ({{ columns }}) select {{ columns }} from {{ args.temp_relation }}
{% endmacro %}
