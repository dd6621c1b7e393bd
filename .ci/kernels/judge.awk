# What a kernel said over the serial line: a line for each program, as tests print
# them, with what failed below it. Needs kernel.
function count() {
  if (!program) return
  detail = passed " passed" (failed ? ", " failed " failed" : "") (skipped ? ", " skipped " skipped" : "")
  good = !failed && (status == 0 || (status == "" && 0))
  printf "%s kernel-%s-%s-%s  (%s)\n%s", good ? "ok     " : "FAILED ", kernel, situation, program, good ? detail : detail "; status " status, good ? "" : lines
  program = ""
}
/^=== kernel / { print "# kernel-" kernel ": " substr($0, 12) }
/^=== begin / {
  status = "none"; count()
  situation = $3; program = $4; passed = failed = skipped = 0; lines = ""
  next
}
/^=== end / { status = $3; count(); next }
program && /^ok / { passed++; next }
program && /^skipped / { skipped++; next }
program && /^FAILED / { failed++ }
program { lines = lines "    " $0 "\n" }
END { status = "none"; count() }
