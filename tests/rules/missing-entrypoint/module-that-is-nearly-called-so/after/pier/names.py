ALL = ["north", "south"]
