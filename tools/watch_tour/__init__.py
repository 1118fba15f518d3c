"""The player of `make watch`: the whole warning loop in a real browser, in an exercise world, told on the page."""
