#!/bin/sh
sed -i s/4700/8080/ *.js
