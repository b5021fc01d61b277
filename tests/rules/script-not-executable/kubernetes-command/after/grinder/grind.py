print("grind")
