"""The steps of the line, one module per step: `run(settings, periode[, sumber]) -> dict` of counts."""
