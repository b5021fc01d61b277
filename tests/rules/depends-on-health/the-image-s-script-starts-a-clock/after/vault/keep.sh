#!/bin/sh
set -eu
pg_dump "$LEDGER_URL" > /out/ledger.sql
