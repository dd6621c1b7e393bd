#!/bin/sh
# Gradescope runs this once, as root, to prepare the machine: a compiler, and the checks.
set -e
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends gcc make libc6-dev binutils
make -C "${AUTOGRADER:-/autograder}/source" judges
