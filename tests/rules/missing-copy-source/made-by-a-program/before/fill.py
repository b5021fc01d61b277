FIRST = "./store/tides_first.sql"


def fill(place: str) -> None:
    with open(place, "w") as file:
        file.write("CREATE TABLE tides (level real);\n")


fill(FIRST)
