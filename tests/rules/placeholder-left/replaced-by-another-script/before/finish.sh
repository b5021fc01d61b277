#!/bin/sh
set -eu
sed -i "s/{{APP_PORT}}/$1/" "$2"
