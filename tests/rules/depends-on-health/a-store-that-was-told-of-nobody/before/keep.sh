#!/bin/sh
tar czf /out/pages.tgz -C /in/ledger .
