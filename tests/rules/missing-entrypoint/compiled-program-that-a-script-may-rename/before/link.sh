#!/bin/sh
set -eu
ln -s /srv/orders /srv/server
