{# A table that only the run that makes it reads. A whole build's holds everything and lies in the warehouse. An increment's is small and lies in
   memory, where it is neither logged nor compressed; the warehouse has a view of it, which shows nothing once the run has ended. #}
{% materialization passing, adapter='duckdb' %}
    {% set existing = load_cached_relation(this) %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% if is_increment() %}
        {% set place = this.incorporate(path={'database': 'scratch'}, type='table') %}
        {% call statement('main') %}create or replace table {{ place }} as ({{ sql }}){% endcall %}
        {{ adapter.commit() }} -- one transaction writes to one database
        {% if existing is none or existing.type != 'view' %}
            {% if existing %}{{ adapter.drop_relation(existing) }}{% endif %}
            {% call statement('view') %}create view {{ this }} as select * from {{ place }}{% endcall %}
        {% endif %}
    {% else %}
        {% if existing and existing.type == 'view' %}{{ adapter.drop_relation(existing) }}{% endif %}
        {% call statement('main') %}create or replace table {{ this }} as ({{ sql }}){% endcall %}
    {% endif %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ return({'relations': [this.incorporate(type='view' if is_increment() else 'table')]}) }}
{% endmaterialization %}
