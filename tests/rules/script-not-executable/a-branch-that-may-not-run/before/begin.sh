#!/bin/sh
if [ -x /opt/seed.sh ]; then
  /opt/seed.sh
fi
exec sleep infinity
