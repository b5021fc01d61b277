NAME = "tides"
STORE = "mysql+pymysql://harbour:low-water@almanac:3306/tides?charset=utf8mb4"
