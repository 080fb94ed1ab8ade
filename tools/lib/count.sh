# shellcheck shell=bash
# Counts what test runners of different kinds report; sourced after say.sh.
passed=0 failed=0
skips=()  # one reason per skipped test
reasons=()  # per failed test, what it printed last

# count_ctest JUNIT-FILE: as ctest --output-junit writes it. In CI a test that is skipped for want of ../shared counts
# as failed: there the folder must be.
count_ctest() {
  local line name reason state
  while IFS=$'\t' read -r state name reason; do
    case $state in
      run) passed=$((passed + 1)) ;;
      fail)
        failed=$((failed + 1))
        say "    failed: $name"
        reasons+=("$name: ${reason:-it printed nothing}")
        ;;
      *)
        if [ "${CI:-}" = true ] && [[ $reason == *../shared* ]]; then
          failed=$((failed + 1))
          say "    failed: $name must run in CI: $reason"
        else
          skips+=("$reason")
        fi
        ;;
    esac
  done < <(awk '
    /<testcase / { match($0, / name="[^"]*"/); name = substr($0, RSTART + 7, RLENGTH - 8); sub(/  # GetParam.*/, "", name)
                   match($0, / status="[^"]*"/); state = substr($0, RSTART + 9, RLENGTH - 10); reason = ""; next_is = 0; lines = 0 }
    # GoogleTest prints "file:line: Skipped" and the reason on the line after it.
    next_is { reason = $0; next_is = 0 }
    /: Skipped$/ { next_is = 1 }
    # A failed one prints "file:line: Failure" and what it found on the lines after it.
    state == "fail" && /: Failure$/ { lines = 9 }
    /^\[  FAILED|<\/system-out>/ { lines = 0 }
    state == "fail" && lines > 0 { lines--; if (length(reason) < 2000) reason = reason (reason == "" ? "" : " | ") $0 }
    /<\/testcase>/ { if (state == "disabled") reason = "disabled"
                     if (state == "notrun" && reason == "") reason = "no reason given"
                     printf "%s\t%s\t%s\n", state, name, reason }' "$1")
}

# count_go JSON-FILE: as go test -json writes it; subtests belong to their test.
count_go() {
  local state name
  while IFS=$'\t' read -r state name; do
    case $state in
      pass) passed=$((passed + 1)) ;;
      fail)
        failed=$((failed + 1))
        say "    failed: $name"
        ;;
      skip) skips+=("go: $name") ;;
    esac
  done < <(sed -nE 's/.*"Action":"(pass|fail|skip)","Package":"([^"]*)","Test":"([^"\/]*)".*/\1\t\2.\3/p' "$1")
}

# Why tests failed, and the two last lines of a run.
print_counts() {
  local reason
  for reason in "${reasons[@]}"; do say "why: $reason"; done
  if [ ${#skips[@]} -eq 0 ]; then
    say 'skipped: 0'
  else
    say "skipped: ${#skips[@]} ($(printf '%s\n' "${skips[@]}" | sort | uniq -c | sed -E 's/^ *([0-9]+) (.*)/\1: \2/' | paste -sd';' | sed 's/;/; /g'))"
  fi
  say "$passed passed, $failed failed"
}
