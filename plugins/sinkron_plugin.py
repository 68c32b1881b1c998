"""The one Airflow plugin: registers what Airflow has to know by name; everything else lives in `sinkron`."""

from airflow.plugins_manager import AirflowPlugin
from sinkron.cadence import MonthTimetable


class SinkronPlugin(AirflowPlugin):
    """The timetable of the ingest DAGs."""

    name = "sinkron"
    timetables = (MonthTimetable,)
