#!/bin/bash
names=(a b)
echo "${names[@]}"
exec nginx -g "daemon off;"
