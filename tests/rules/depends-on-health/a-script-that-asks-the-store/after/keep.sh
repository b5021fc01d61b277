#!/bin/sh
apk add --no-cache postgresql-client
pg_dump postgres://postgres:quill@ledger:5432/postgres > /out/ledger.sql
