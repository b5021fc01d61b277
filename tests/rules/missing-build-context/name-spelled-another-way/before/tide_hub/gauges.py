LEVELS = [1.2, 1.4]
