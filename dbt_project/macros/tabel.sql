{# dbt's table materialization in one transaction: the new table replaces the old one, which is dropped at once. dbt
   itself renames the old table, renames the new one, and drops the old one after the commit. Each of these three costs
   more than making a small table. #}
{% materialization table, adapter='postgres' %}
    {% set lama, baru = load_cached_relation(this), make_intermediate_relation(this) %}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}{{ get_create_table_as_sql(false, baru, sql) }}{% endcall %}
    {% do create_indexes(baru) %}
    {% call statement('ganti') %}
        {% if lama %}drop {{ lama.type }} if exists {{ lama }} cascade;{% endif %}
        alter table {{ baru }} rename to {{ this.identifier }}
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}
