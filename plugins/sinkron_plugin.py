"""The only Airflow plugin: registers what Airflow has to know by name; everything else is in `sinkron`."""

from airflow.plugins_manager import AirflowPlugin

from sinkron import release_page
from sinkron.cadence import MonthTimetable


class SinkronPlugin(AirflowPlugin):
    """The timetable of the ingest DAGs, and the page of releases in the menu."""

    name = "sinkron"
    timetables = (MonthTimetable,)
    fastapi_apps = ({"app": release_page.app, "url_prefix": "/sinkron", "name": "Rilis Sinkron"},)
    external_views = (
        {"name": "Rilis Sinkron", "href": "/sinkron/", "destination": "nav", "url_route": "rilis_sinkron"},
    )
