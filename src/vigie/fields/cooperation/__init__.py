"""Cooperation: meetings, agreements and joint activities that took place."""
