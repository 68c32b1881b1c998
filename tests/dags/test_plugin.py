"""Every route of our plugin's app demands a login, for Airflow demands none."""

from __future__ import annotations


def test_every_route_depends_on_access_to_plugins():
    from fastapi.routing import APIRoute

    from sinkron import release_page

    routes = release_page.build().routes
    assert [route.path for route in routes] == ["/"]
    for route in routes:
        assert isinstance(route, APIRoute)
        names = [dependency.call.__qualname__ for dependency in route.dependant.dependencies]
        assert names == ["requires_access_view.<locals>.inner"]
