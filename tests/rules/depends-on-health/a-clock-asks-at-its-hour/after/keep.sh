#!/bin/sh
pg_dump -h ledger -U postgres > /out/ledger.sql
