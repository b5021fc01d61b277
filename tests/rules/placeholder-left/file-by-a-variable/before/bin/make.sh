#!/bin/sh
set -eu
HERE=$(cd "$(dirname "$0")/.." && pwd)
TEMPLATE="$HERE/etc/tide.service.tmpl"
perl -pe 's/%USER%/tide/g; s/%GROUP%/tide/g' "$TEMPLATE" > tide.service
