"""A node: settings, flow, worlds. The only place where parts are wired together."""
