{# Each schema is one stage of the pipeline. It is named as in dbt_project.yml, without a target prefix. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | default(target.schema, true) | trim }}
{%- endmacro %}
