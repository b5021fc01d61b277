"""Programs by name: proxies, those that bind no port of their own, and interpreters of source files."""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


PROXIES = {
    "nginx": "/etc/nginx/nginx.conf",
    "caddy": "/etc/caddy/Caddyfile",
    "httpd": "",
    "httpd-foreground": "",
    "apache2-foreground": "",
    "apache2ctl": "",
    "apachectl": "",
    "apache2": "",
    "haproxy": "",
    "envoy": "",
    "traefik": "",
}
"""Programs whose configuration decides; their usual configuration file."""

SHELLS = _names("sh bash ash dash zsh")
"""Programs that read a shell's text or script."""

SILENT = _names(
    "alembic arq dramatiq celery rq rqworker huey_consumer taskiq rabbit prefect-worker sleep tail echo "
    "true false printf mkdir chown chmod cp mv rm ln touch cat ls id whoami date test [ [[ : psql "
    "pg_isready mysql mysqladmin redis-cli mongosh curl wget nc ping pip pip3 apt-get apk apt npx-install "
    "python-migrate prisma sequelize knex flyway liquibase dbmate goose atlas envsubst sed awk grep find "
    "which command wait trap set unset umask ulimit exit return read shift local export source tee getent "
    "hostname pg_dump mysqldump pg_restore crond cron supercronic kafka-topics kafka-topics.sh nslookup "
    "dig host sync kill dos2unix openssl tar unzip git "
)
"""Programs that bind no port of their own."""

SCRIPTED = {
    "node": frozenset(
        {
            "-r",
            "--require",
            "--import",
            "--loader",
            "--experimental-loader",
            "--env-file",
            "--max-old-space-size",
            "-C",
            "--conditions",
        }
    ),
    "nodejs": frozenset({"-r", "--require", "--import", "--loader"}),
    "ts-node": frozenset({"-r", "--require", "-P", "--project", "-O", "--compiler-options"}),
    "ts-node-dev": frozenset({"-r", "--require", "-P", "--project", "--watch", "--ignore-watch"}),
    "tsx": frozenset({"--tsconfig", "--env-file", "--import"}),
    "nodemon": frozenset({"-w", "--watch", "-e", "--ext", "-i", "--ignore", "--exec", "-x", "--delay", "--config"}),
    "bun": frozenset({"--preload", "-r", "--env-file"}),
    "gradio": frozenset(),
    "pm2-runtime": frozenset({"-i", "--instances", "--name", "-n", "--env"}),
    "php": frozenset(),
}
"""Interpreters that run a file of source; which of their options take a value."""
