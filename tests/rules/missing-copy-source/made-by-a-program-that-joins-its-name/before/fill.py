import os

TABLE = "tides_first"
FILE = TABLE + ".sql"

with open(os.path.join("store", FILE), mode="w", encoding="utf-8") as file:
    file.write(f"CREATE TABLE {TABLE} (level real);\n")
