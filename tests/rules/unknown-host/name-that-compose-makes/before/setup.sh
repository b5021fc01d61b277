#!/bin/sh
set -eu
cp ./tides/.env.example ./tides/.env
