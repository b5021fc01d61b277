#!/bin/sh
set -eu
docker build -t example/ledger:1 api
docker build -t example/ledger-web:1 web
docker push example/ledger:1
docker push example/ledger-web:1
