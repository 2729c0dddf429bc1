{# Rows whose value is below the bound. #}
{% test hsched_at_least(model, column_name, low) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} < {{ low }}
{% endtest %}
