from pathlib import Path

site = Path("site.conf")
site.write_text(site.read_text().replace("{{APP_PORT}}", "8080"))
