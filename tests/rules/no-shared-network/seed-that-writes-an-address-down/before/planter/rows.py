def table():
    return "catalogs"
