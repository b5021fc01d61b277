"""Packages of Node that open no port: a program that imports no others binds nothing.

May import nothing of stackfix.
"""

from __future__ import annotations

import re

_BUILT_IN = frozenset({
    "assert", "async_hooks", "buffer", "child_process", "console", "constants", "crypto", "diagnostics_channel", "dns",
    "events", "fs", "module", "os", "path", "perf_hooks", "process", "punycode", "querystring", "readline", "stream",
    "string_decoder", "timers", "tty", "url", "util", "v8", "vm", "worker_threads", "zlib",
})  # fmt: skip
"""Node's own modules without those that serve: http, https, http2, net, tls, dgram, cluster, inspector, repl."""
_CLIENTS = frozenset({
    "@prisma/client", "agenda", "ajv", "amqp-connection-manager", "amqplib", "async", "aws-sdk", "axios", "bcrypt",
    "bcryptjs", "bee-queue", "bluebird", "bull", "bullmq", "chalk", "cheerio", "class-transformer",
    "class-validator", "cron", "cross-fetch", "csv-parse", "csv-parser", "date-fns", "dayjs", "debug", "dotenv",
    "dotenv-safe", "drizzle-orm", "envalid", "eventemitter3", "exceljs", "fast-csv", "form-data", "fs-extra",
    "glob", "got", "graceful-fs", "handlebars", "ioredis", "joi", "jsonwebtoken", "kafkajs", "knex", "lodash",
    "luxon", "mailgun.js", "mariadb", "mime", "mjml", "mkdirp", "module-alias", "moment", "moment-timezone",
    "mongodb", "mongoose", "ms", "mustache", "mysql", "mysql2", "nanoid", "nats", "node-cron", "node-fetch",
    "node-rdkafka", "node-resque", "node-schedule", "nodemailer", "openai", "p-limit", "p-map", "p-queue",
    "p-retry", "papaparse", "pdf-lib", "pdfkit", "pg", "pg-boss", "pg-promise", "pino", "pino-pretty", "prisma",
    "prom-client", "ramda", "rate-limiter-flexible", "redis", "redlock", "reflect-metadata", "rhea", "rxjs",
    "sequelize", "sharp", "sqlite3", "stripe", "superagent", "tslib", "twilio", "typeorm", "ulid", "undici", "uuid",
    "validator", "winston", "winston-daily-rotate-file", "xlsx", "yargs", "yup", "zod",
})  # fmt: skip
_FAMILIES = re.compile(
    r"@aws-sdk/.+|@google-cloud/.+|@azure/(?:storage|service-bus|event-hubs|identity|core).*|@sendgrid/.+"
)


def serves_nothing(specifier: str) -> bool:
    """Whether a package, as an import names it, opens no port by itself and gives nothing that does."""
    if specifier.startswith("node:") or specifier.partition("/")[0] in _BUILT_IN:
        return specifier.removeprefix("node:").partition("/")[0] in _BUILT_IN
    parts = specifier.split("/")
    name = "/".join(parts[:2]) if specifier.startswith("@") else parts[0]
    return name in _CLIENTS or _FAMILIES.fullmatch(name) is not None
