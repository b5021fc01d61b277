#!/bin/sh
set -eu
echo "LAMP_COLOUR=red" > lamp.env
