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

{# The instant of the earliest new record. #}
{% macro changed_from() -%}
    {{ _changed('changed_from', 'timestamptz') }}
{%- endmacro %}

{# The last day whose rates stand: those of 00:00 of later days are counted again. #}
{% macro changed_on() -%}
    {{ _changed('changed_on', 'date') }}
{%- endmacro %}

{# As a literal: DuckDB then skips what lies before it. #}
{% macro _changed(column, type) -%}
    {% set changes = ref('int_attendance__changes') %}
    {% if execute %}{{ type }} '{{ run_query('select ' ~ column ~ '::varchar from ' ~ changes).columns[0].values()[0] }}'{% endif %}
{%- endmacro %}

{# A condition: the appointment has a new record, or every appointment counts. #}
{% macro is_touched(token) -%}
    {% set touched = ref('int_attendance__touched') %}
    {% if is_increment() %}{{ token }} in (select appointment_token from {{ touched }}){% else %}true{% endif %}
{%- endmacro %}

{# Incremental strategies, by what a run's rows take the place of. #}

{% macro get_incremental_same_keys_sql(args) %}
    {{ replace_rows(args, args.unique_key ~ ' in (select ' ~ args.unique_key ~ ' from ' ~ args.temp_relation ~ ')') }}
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
