"""What is being done: how partners agree to activities, what is going on, and where nothing is. Pure: no clock, no file, no chance."""
