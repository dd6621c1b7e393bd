# shellcheck shell=sh
# The configurations of the hardening matrix that look at the sources only: part of
# configurations.sh.

# Not the tests, which crash on purpose and use memory that they may not have got.
analysed_files() {
  find partA partB -name '*.c' ! -path '*/build/*' ! -path '*/tests/*' ! -path '*/mutants/*' ! -name '*crash*' ! -name '*broken*'
}

# judge TOOL ARGUMENT...: passes on the findings that are not in .ci/exceptions; fails if
# there are any, or if the tool says by its exit status that it could not do its work.
judge() {
  { "$@" 2>&1; echo "exit status $?"; } | tee findings | sed "s|^$PWD/||" | awk '
    FNR == NR { if ($1 !~ /^#/) excepted[$1 " " $2] = 1; next }
    /^exit status / { ended = $3 }
    /(error|warning|performance|portability): .*\[.*\]$/ {
      file = check = $0
      sub(/:.*/, "", file)
      gsub(/.*\[|\]$/, "", check)
      if (file " " check in excepted) excused++
      else { print; found++ }
    }
    END {
      printf "summary: %d found, %d excepted", found, excused
      print ended == 0 ? "" : ", and the tool ended with exit status " ended
      exit found > 0 || ended != 0
    }' .ci/exceptions -
}

# %zx for a uintptr_t is left to the compilers, who know both on each processor.
configuration_cppcheck() {
  need cppcheck
  make -s partA/build/messages.inc
  analysed_files >.analysed
  judge cppcheck --quiet --template=gcc --file-list=.analysed --std=c11 -IpartB -IpartA/build \
    -D_GNU_SOURCE -D__x86_64__ -D__linux__ --enable=warning,performance,portability \
    --suppress=invalidPrintfArgType_uint --suppress=invalidScanfArgType_int
}

# The checks, and reasons for those left out, are in .clang-tidy.
configuration_tidy() {
  need clang-tidy
  make -s partA/build/messages.inc
  analysed_files >.analysed
  judge xargs -a .analysed sh -c 'clang-tidy --quiet "$@" -- -std=gnu11 -D_GNU_SOURCE -IpartB -IpartA/build' sh
}

configuration_analyzer() {
  make -s partA/build/messages.inc
  analysed_files >.analysed
  judge xargs -a .analysed -n 1 gcc -std=gnu11 -D_GNU_SOURCE -O2 -fanalyzer -fdiagnostics-plain-output -IpartB -IpartA/build \
    -c -o /dev/null
}

configuration_shellcheck() {
  need shellcheck
  find . -name '*.sh' ! -path '*/build/*' -print >.scripts
  for file in .ci/run .ci/matrix partA/letsbefriends partB/grade/autograder/run_autograder; do [ -e "$file" ] && echo "$file" >>.scripts; done
  xargs shellcheck -x <.scripts
}

configuration_format() {
  need clang-format
  find partA partB .ci -name '*.[ch]' ! -path '*/build/*' -print0 | xargs -0 clang-format --dry-run -Werror
}

configuration_mandoc() {
  need mandoc
  find . -name '*.[1-8]' ! -path '*/build/*' -print0 | xargs -0 mandoc -T lint -W warning
}
