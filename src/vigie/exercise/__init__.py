"""Exercises: a made-up world with known truth, the reports that made-up agencies send of it, and how well a linking found the truth.

Everything is made up but the geography; every report says that it is an exercise, and no agency bears a real one's name.
"""
