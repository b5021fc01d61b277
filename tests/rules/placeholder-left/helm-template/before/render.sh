#!/usr/bin/env bash
set -euo pipefail

sed -e "s/{{DOMAIN}}/$DOMAIN/g" -e "s/{{APP_HOST}}/$APP_HOST/" templates/site.conf > site.conf
