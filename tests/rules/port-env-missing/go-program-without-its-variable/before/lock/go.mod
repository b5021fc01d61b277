module example.org/lock
