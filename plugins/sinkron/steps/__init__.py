"""The steps of the line, one module a step: `run(settings, periode[, sumber]) -> dict` of counts."""
