#!/bin/sh
set -eu
psql -h rows -U postgres -c "INSERT INTO sheaf VALUES (1)"
