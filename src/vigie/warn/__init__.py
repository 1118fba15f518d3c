"""Events become standings, signals and warnings, by written rules. Pure: no clock, no file, no chance."""
