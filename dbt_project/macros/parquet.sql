{# A model that is one Parquet file, or with `partition_by` a folder of them, and a view of it. dbt-duckdb's `external` writes a table first,
   and one row of nulls where there is none. A run of one day writes its folder itself, a file a thread: dealing rows to folders takes more
   time than writing them. The folder above must be there. #}
{% materialization parquet, adapter='duckdb' %}
    {% set partitioned = config.get('partition_by') %}
    {% set place = config.get('location') if partitioned else external_location(this, config) %}
    {% set files = place ~ '/*/*.parquet' if partitioned else place %}
    {% set only = var('as_of_start') if partitioned and var('as_of_start') == var('as_of_end') else none %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') %}
        {% if only %}
        copy (select * exclude ({{ partitioned }}) from ({{ sql }})) to '{{ place }}/{{ partitioned }}={{ only }}'
        (format parquet, per_thread_output, overwrite)
        {% else %}
        copy ({{ sql }}) to '{{ place }}' (format parquet{% if partitioned %}, partition_by ({{ partitioned }}), overwrite_or_ignore{% endif %})
        {% endif %}
    {% endcall %}
    {% set written = run_query("select count(*) from glob('" ~ files ~ "')").columns[0].values()[0] %}
    {% call statement('view') %}
        create or replace view {{ this }} as
        {% if written %}select * from read_parquet('{{ files }}'){% else %}select * from ({{ sql }}) limit 0{% endif %}
    {% endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ return({'relations': [this.incorporate(type='view')]}) }}
{% endmaterialization %}
