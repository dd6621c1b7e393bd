# What a kernel said over the serial line: a line for each program, as tests print
# them, with what failed below it. Needs kernel; out_of_time says that it was stopped.
function finish(status) {
  if (!program) return
  good = status == 0 && !failed
  if (good && !passed && !skipped) passed = 1
  printf "%s kernel-%s-%s-%s  (%d passed", good ? "ok     " : "FAILED ", kernel, situation, program, passed
  if (failed) printf ", %d failed", failed
  if (skipped) printf ", %d skipped", skipped
  printf good ? ")\n" : "; status %s)\n%s", status, lines
  program = ""
}
/^=== kernel / { print "# kernel-" kernel ": " substr($0, 12) }
/^=== begin / {
  finish("unknown")
  situation = $3; program = $4; passed = failed = skipped = 0; lines = ""
  next
}
/^=== end / { finish($3); next }
/^ok / { passed++; next }
/^skipped / { skipped++; next }
/^FAILED / { failed++ }
program { lines = lines "    " $0 "\n" }
END { finish(out_of_time ? "unknown, out of time" : "unknown") }
