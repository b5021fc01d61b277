#!/bin/sh
set -e
/opt/wait.sh
exec crond -f
