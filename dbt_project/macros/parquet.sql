{# A model that is one Parquet file, and a view of it. dbt-duckdb's `external` writes a table first, and one row of nulls where there is none. #}
{% materialization parquet, adapter='duckdb' %}
    {% set file = external_location(this, config) %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') %}
        copy ({{ sql }}) to '{{ file }}' (format parquet);
        create or replace view {{ this }} as select * from read_parquet('{{ file }}')
    {% endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ return({'relations': [this.incorporate(type='view')]}) }}
{% endmaterialization %}
