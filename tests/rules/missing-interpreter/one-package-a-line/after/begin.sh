#!/bin/bash
if [[ -z $TIDE ]]; then TIDE=low; fi
exec /srv/tide "$TIDE"
