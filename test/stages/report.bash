#!/usr/bin/env bash
# What a stage tells test/run: files in its directory $reports.

#   count PASSED FAILED     what a runner has reported; its own last words go to $reports/closing
count() { echo "$1 $2" >>"$reports/counts"; }

refuse() {
  echo "test/run: $name: $*" >&2
  exit 1
}
