#!/bin/bash
# Written by create-project-modular.sh: runs the back end and nginx, and ends when either of them ends.
set -euo pipefail

pids=()

shutdown() {
    echo "Stopping the services"
    kill -TERM "${pids[@]}" 2>/dev/null || true
    wait
}
trap shutdown SIGTERM SIGINT

/usr/local/bin/mapa-kms-backend &
pids+=($!)

nginx -g 'daemon off;' &
pids+=($!)

wait -n
shutdown
