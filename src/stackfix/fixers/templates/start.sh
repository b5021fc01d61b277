#!/bin/sh
# Runs the back end and nginx in one container: signals go to both, and when either ends, the container ends.
set -eu

@@FOLDER@@
@@COMMAND@@ &
backend=$!
nginx -g 'daemon off;' &
proxy=$!

stop() {
    trap - TERM INT
    kill -TERM "$backend" "$proxy" 2>/dev/null || true
}
trap stop TERM INT

while kill -0 "$backend" 2>/dev/null && kill -0 "$proxy" 2>/dev/null; do
    sleep 1 &
    wait $! || true
done

kill -0 "$backend" 2>/dev/null && first=$proxy || first=$backend
stop
status=0
wait "$first" || status=$?
wait || true
exit "$status"
