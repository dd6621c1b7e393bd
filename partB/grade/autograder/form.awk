# Is it a results.json as Gradescope documents it? Reads what json_lines prints; says what is
# wrong, with exit status 1.
function wrong(why) { print "line " NR ", " $1 ": " why; failed = 1; exit }
function one_of(words) { if (index(" " words " ", " " value " ") == 0) wrong(value " is not one of: " words) }
function a(kind) { if ($2 != kind) wrong("a " $2 ", not a " kind) }

{ value = $0; sub(/^[^ ]* [^ ]* /, "", value); where = $1; sub(/^\.tests\.[0-9]+/, ".test", where) }
where ~ /extra_data/ { next }
where ~ /^\.(test\.)?score$|^\.test\.max_score$|^\.execution_time$/ { a("number"); at[$1] = value; if (value < 0) wrong("negative"); next }
where ~ /^\.(test\.)?output$|^\.test\.(name|number)$|^\.test\.tags\.[0-9]+$/ { a("string"); names += where == ".test.name"; next }
where ~ /^\.(test\.)?visibility$|^\.stdout_visibility$/ { one_of("hidden after_due_date after_published visible"); next }
where ~ /^\.(test\.)?output_format$|^\.test[._]name_format$|^\.test_output_format$/ { one_of("text html simple_format md ansi"); next }
where == ".test.status" { one_of("passed failed"); next }
{ wrong("not documented") }

END {
  if (failed) exit 1
  for (path in at) {
    if (path !~ /max_score$/) continue
    score = path
    sub(/max_score$/, "score", score)
    if (!(score in at) || at[score] + 0 > at[path] + 0) { print score ": missing, or more than " path; exit 1 }
    scored = 1
  }
  if (!(".score" in at) && !scored) { print "no score"; exit 1 }
  if (!names) { print "no test has a name"; exit 1 }
}
