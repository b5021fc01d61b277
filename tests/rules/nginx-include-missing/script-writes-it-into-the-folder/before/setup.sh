#!/bin/sh
set -eu
printf 'allow %s;\n' "$1" > nginx/snippets/office.conf
