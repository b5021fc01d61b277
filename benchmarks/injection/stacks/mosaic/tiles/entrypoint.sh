#!/bin/sh
set -e
exec hypercorn tiles.web:app --bind 0.0.0.0:8500
