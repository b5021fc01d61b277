#!/bin/sh
set -eu
docker build -t example/ledger:1 .
