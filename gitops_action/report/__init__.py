"""One frozen ``Report`` and its renderings: JSON, terminal text, pull request comment, job summary."""
