# shellcheck shell=sh disable=SC2034
# For tests of what make install installs, which is put into a scratch directory; read
# with ". .ci/installed.sh" from the top of the tree. CC and the other settings of make
# count here too.
# shellcheck source=partB/harness/shelltest.sh
. partB/harness/shelltest.sh
there=$scratch/usr
make=${MAKE:-make}
"$make" -s install PREFIX="$there" >"$scratch/log" 2>&1 || { echo "FAILED  install: $(cat "$scratch/log")"; exit 1; }
