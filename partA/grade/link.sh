#!/bin/sh
# link.sh BUILD WORK NOTES
#
# Links the program that crashes with WORK/libfriends.so, as the handout does,
# into WORK/linked, and puts what else is run with it there: the program alone, and the clock. The library may call
# itself something else (its soname): a link of that name is put beside it. What is preloaded lies in WORK as well: its
# path has no blanks or colons, at which LD_PRELOAD would be cut.
build=$1 work=$2 notes=$3
log=$work/link.log
cp "$build/clock.so" "$work/clock.so"
cp "$build/victim" "$work/alone"
soname=$(objdump -p "$work/libfriends.so" 2>/dev/null | sed -n 's/^ *SONAME *//p')
[ -z "$soname" ] || [ -e "$work/$soname" ] || ln -s "$work/libfriends.so" "$work/$soname"
${CC:-cc} -o "$work/linked" "$build/victim.o" "$build/malloc_watch.o" -Wl,--no-as-needed -L"$work" -lfriends \
  -pthread -ldl >"$log" 2>&1 && exit
echo "note.link $(grep -v '^.*: in function' "$log" | head -n 1)" >>"$notes"
