#!/bin/sh
# What the wrapper partA/letsbefriends warns of: programs that its library cannot reach, and libraries of
# other people's. Run from the top directory.
# shellcheck disable=SC2016
. partA/tests/check.sh
. partA/tests/wrapped.sh

# warned PROGRAM PATTERN
warned() {
  run $wrapper "$1"
  contains "$err" "^letsbefriends: warning: $2"
}

test_wrapper_warns_of_static() {
  ${CC:-cc} -static -o "$scratch/static" partA/tests/crasher.c 2>/dev/null || skip 'no static C library'
  warned "$scratch/static" '.*/static is linked statically'
  equal 139 "$status"
}

test_wrapper_warns_of_set_user_id() {
  cp $plain "$scratch/setuid"
  chmod u+s "$scratch/setuid"
  warned "$scratch/setuid" '.*/setuid is set-user-ID or set-group-ID'
}

# Not even root may look into it, but the mode tells.
test_wrapper_warns_of_set_user_id_unread() {
  mkdir "$scratch/tools"
  cp $plain "$scratch/closed"
  chmod 4711 "$scratch/closed"
  printf '#!/bin/sh\nexit 1\n' >"$scratch/tools/od"
  chmod +x "$scratch/tools/od"
  PATH=$scratch/tools:$PATH warned "$scratch/closed" '.*/closed is set-user-ID or set-group-ID'
}

test_wrapper_warns_of_capabilities() {
  cp $plain "$scratch/capable"
  PATH=$PATH:/usr/sbin:/sbin setcap cap_net_raw+ep "$scratch/capable" 2>/dev/null || skip 'setcap cannot be used here'
  warned "$scratch/capable" '.*/capable has file capabilities'
}

# Other people can make directories beside those in /tmp.
test_wrapper_takes_no_library_of_others() {
  [ "$(id -u)" = 0 ] || skip 'only root can give files to another user'
  mkdir -p "$scratch/x/bin" "$scratch/x/lib/theirs" "$scratch/x/lib64"
  cp $wrapper "$scratch/x/bin/"
  owned() {
    cp partA/libletsbefriends.so "$scratch/x/$1/"
    chown 65534 "$scratch/x/$2"
    run "$scratch/x/bin/letsbefriends" sh -c 'echo "$LD_PRELOAD"'
    equal libletsbefriends.so "$out"
    contains "$err" "/bin/\.\./$1/libletsbefriends\.so, or its directory, belongs to somebody else"
    chown 0 "$scratch/x/$2"
    run "$scratch/x/bin/letsbefriends" sh -c 'echo "$LD_PRELOAD"'
    contains "$out" "/bin/\.\./$1/libletsbefriends\.so$"
    rm "$scratch/x/$1/libletsbefriends.so"
  }
  owned lib/theirs lib/theirs/libletsbefriends.so
  owned lib/theirs lib/theirs
  owned lib/theirs lib
  owned lib64 lib64
}

test_wrapper_warns_of_other_processor() {
  cp $plain "$scratch/other"
  printf '\363\000' | dd of="$scratch/other" bs=1 seek=18 conv=notrunc 2>/dev/null
  warned "$scratch/other" '.*/other is made for another kind of processor'
}

# The sanitizer is large: by default a program that has its name stands for one that uses it.
test_wrapper_warns_of_address_sanitizer() {
  cp $plain "$scratch/asan"
  echo libasan.so >>"$scratch/asan"
  warned "$scratch/asan" '.*/asan uses AddressSanitizer'
  equal 139 "$status"
  [ "$SCALE" = full ] || return 0
  ${CC:-cc} -fsanitize=address -shared-libasan -o "$scratch/asan" partA/tests/crasher.c 2>/dev/null ||
    ${CC:-cc} -fsanitize=address -o "$scratch/asan" partA/tests/crasher.c 2>/dev/null || skip 'no AddressSanitizer'
  grep -q 'libasan\.so' "$scratch/asan" || skip 'this compiler links AddressSanitizer statically'
  warned "$scratch/asan" '.*/asan uses AddressSanitizer'
  lacks "$err" 'ASan runtime does not come first'
}

test_wrapper_warns_of_musl() {
  command -v musl-gcc >/dev/null || skip 'musl-gcc is not installed'
  grep -q 'libc\.so\.6' partA/libletsbefriends.so || skip 'this library is made for musl itself'
  musl-gcc -o "$scratch/musl" partA/tests/crasher.c
  warned "$scratch/musl" '.*/musl uses musl, the library glibc'
  equal 139 "$status"
  printf '#!%s\n' "$scratch/musl" >"$scratch/script"
  chmod +x "$scratch/script"
  warned "$scratch/script" '.*/musl uses musl, the library glibc'
}

test_wrapper_is_quiet_about_the_rest() {
  run $wrapper $wrapper true
  equal '' "$err"
}

run_tests wrapper_warns_of_static wrapper_warns_of_set_user_id wrapper_warns_of_set_user_id_unread \
  wrapper_warns_of_capabilities wrapper_takes_no_library_of_others wrapper_warns_of_other_processor \
  wrapper_warns_of_address_sanitizer wrapper_warns_of_musl wrapper_is_quiet_about_the_rest
