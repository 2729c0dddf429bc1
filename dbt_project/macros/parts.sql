{# A table made client by client, so many moments at a time: all pairs of moment and record at once would not fit into memory.
   Its SQL keeps to clients `of_this_part`; meta `parts_of` names the model that holds the moments. #}
{% materialization parts, adapter='duckdb' %}
    {% set rows = run_query('select count(*) from ' ~ ref(config.get('meta')['parts_of'])).columns[0].values()[0] | int %}
    {% set parts = 1 + rows // var('moments_at_once') %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% for part in range(parts) %}
        {% call statement('part') %}set variable part = {{ part }}{% endcall %}
        {% call statement('parts') %}set variable parts = {{ parts }}{% endcall %}
        {% call statement('main') %}
            {{ 'create or replace table ' ~ this ~ ' as' if loop.first else 'insert into ' ~ this }}
            {{ sql }}
        {% endcall %}
    {% endfor %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}

{% macro of_this_part(token) -%}
    hash({{ token }}) % getvariable('parts')::ubigint = getvariable('part')::ubigint
{%- endmacro %}
