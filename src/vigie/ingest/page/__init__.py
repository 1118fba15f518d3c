"""A press page or a situation text becomes a draft: its text, its language, its dates, its places and its themes, each with the span that says so.

Everything here is a function of the page's bytes and of word lists kept as data: no clock, no network, no model.
"""
