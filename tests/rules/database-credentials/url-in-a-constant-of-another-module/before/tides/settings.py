NAME = "tides"
STORE = "mysql+pymysql://harbour:low-water@almanac:3306/tide_tables?charset=utf8mb4"
