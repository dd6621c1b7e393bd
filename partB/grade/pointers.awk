# pointers.awk, with a file of C: the number of the first line that compares two pointers with < or the like, or nothing. It knows what it can
# read off the text: a name, of a member or another, is a pointer if each of its declarations has a star. In doubt it says
# nothing. The head of a "for" and the first condition of a "while" are left alone, as going through an array is right.

BEGIN {
  word = "[A-Za-z_][A-Za-z_0-9]*"
  split("void char short int long signed unsigned float double bool _Bool const volatile size_t ssize_t siginfo_t", known)
  for (i in known) type[known[i]] = 1
  pointer[".si_addr"] = 1
}

function add(text) {
  if (text ~ "^" word "_t$") type[text] = 1
  token[++count] = text
  line[count] = NR
}

# Comments, strings and directives go, except what a macro stands for.
{
  text = $0
  if (!comment && text ~ /^[ \t]*#/ && !sub(/^[ \t]*#[ \t]*define[ \t]+/, "", text)) next
  while (text != "") {
    if (comment) {
      end = index(text, "*/")
      if (!end) next
      comment = 0
      text = substr(text, end + 2)
    } else if (match(text, /^\/\*/)) {
      comment = 1
      text = substr(text, 3)
    } else if (match(text, /^\/\/.*/)) {
      next
    } else if (match(text, /^"(\\.|[^"\\])*"/) || match(text, /^'(\\.|[^'\\])*'/)) {
      add("\"")
      text = substr(text, RLENGTH + 1)
    } else if (match(text, "^" word) || match(text, /^(<<=|>>=|->|<<|>>|<=|>=|&&|\|\||[^ \t])/)) {
      add(substr(text, 1, RLENGTH))
      text = substr(text, RLENGTH + 1)
    } else {
      text = substr(text, 2)
    }
  }
}

function is_word(at) { return token[at] ~ "^" word "$" }

# Where the cast before a place begins, or the place itself.
function before_cast(at,   i) {
  if (token[at - 1] != ")") return at
  for (i = at - 2; is_word(i) || token[i] == "*"; i--) {}
  return token[i] == "(" && (token[at - 2] == "*" || token[at - 2] in type) ? i : at
}

# Where the member that ends there has its first name.
function first_of(at) {
  while ((token[at - 1] == "->" || token[at - 1] == ".") && is_word(at - 2)) at -= 2
  return at
}

# The pointer that ends there is the whole left side, or the last term of it.
function ends_pointer(at,   first, cast) {
  if (!is_word(at)) return 0
  first = first_of(at)
  cast = before_cast(first)
  if (cast < first ? token[first - 2] != "*" : !is_pointer(at)) return 0
  return token[cast - 1] ~ /^(\(|&&|\|\||!|=|\?|:|;|,|\{|return)$/
}

# The pointer that begins there is the whole right side, or has something added.
function begins_pointer(at,   cast) {
  cast = 0
  if (token[at] == "(") {
    for (at++; is_word(at) || token[at] == "*"; at++) {}
    if (token[at] != ")" || token[at - 1] != "*") return 0
    cast = 1
    at++
  }
  if (!is_word(at)) return 0
  while (token[at + 1] == "->" || token[at + 1] == ".") at += 2
  return (cast || is_pointer(at)) && token[at + 1] ~ /^(\)|&&|\|\||;|,|\?|:|\+)$/
}

# The name there, a member's with a dot.
function name_of(at) { return (member[at] || token[at - 1] == "->" || token[at - 1] == "." ? "." : "") token[at] }

function declare(at, stars) {
  if (stars && token[at + 1] ~ /^[;,)=]$/) pointer[name_of(at)] = 1
  else other[name_of(at)] = 1
}

function is_pointer(at) { return name_of(at) in pointer && !(name_of(at) in other) }

END {
  for (i = 1; i <= count; i++) {
    aggregate = token[i] == "struct" || token[i] == "union"
    if (aggregate || token[i] == "enum") type[token[i + 1]] = 1
    if (token[i] == "}" && is_word(i + 1) && token[i + 2] == ";") type[token[i + 1]] = 1
    if (aggregate && (token[i + 1] == "{" || token[i + 2] == "{")) { # its members
      for (end = i + 1; token[end] != "{"; end++) {}
      for (depth = 1; ++end < count && (depth += (token[end] == "{") - (token[end] == "}"));) member[end] = 1
    }
  }
  for (i = 2; i <= count; i++) {
    for (stars = 0; token[i - 1 - stars] == "*"; stars++) {}
    if (!is_word(i) || !(token[i - 1 - stars] in type) || token[i - 1 - stars] ~ /^(struct|union|enum)$/) continue
    if (token[i] in type && token[i + 1] !~ /^[;,)=]$/) continue
    declare(i, stars)
    depth = 0
    for (end = i + 1; end < count && token[end] != ";" && depth >= 0; end++) { # what else it declares
      depth += (token[end] ~ /^[({]$/) - (token[end] ~ /^[)}]$/)
      if (depth != 0 || token[end] != "," || token[end + 1] in type) continue
      for (stars = 0; token[end + 1] == "*"; end++) stars++
      declare(end + 1, stars)
    }
  }
  for (i = 2; i < count; i++) {
    if (token[i] == "for") {
      for (depth = 0; ++i < count && (depth += (token[i] == "(") - (token[i] == ")"));) {}
    } else if (token[i] == "while") {
      while (++i < count && token[i] !~ /^(&&|\|\||\{|;)$/) {}
    } else if (token[i] ~ /^[<>]=?$/ && (ends_pointer(i - 1) || begins_pointer(i + 1))) {
      print line[i]
      exit
    }
  }
}
