#!/bin/sh
set -eu
docker compose up -d
cd orders
exec mvn spring-boot:run
