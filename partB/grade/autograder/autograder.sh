#!/bin/sh
# autograder.sh DIRECTORY, run from the top of the repository by `make autograder DIR=path`.
#
# Writes what Gradescope takes to a directory that is empty or not there yet: the kit, which
# holds the checks and no solutions, and around it what its documentation asks for:
# https://gradescope-autograders.readthedocs.io/en/latest/specs/
sh partB/kit/kit.sh "$1" >/dev/null || exit
for script in setup.sh run_autograder; do
  cp "partB/grade/autograder/$script" "$1" && chmod +x "$1/$script" || exit
done
echo "$1: for Gradescope. Zip the files in it, not the directory."
