"""How the manual is built: Markdown by MyST, dressed by Furo, warnings are errors."""

from vigie import __version__

project = "Vigie"
author = "the Vigie authors"
copyright = "2026, the Vigie authors"  # noqa: A001 - Sphinx's own name
release = version = __version__
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Vigie"
nitpicky = True
