#!/bin/sh
. /opt/names.sh
exec sleep "$SECONDS_TO_SLEEP"
