# Output and clocks of the tools; sourced, not run. A step prints one line: what, and how long it took. Its own output
# goes to a log that is shown only if it fails. On a terminal the line ticks while the step runs.
# Needs: top (the project's folder). NO_COLOR is obeyed (no-color.org).

log_dir=$top/build/log
network_us=0
started_us=${EPOCHREALTIME//[.,]/}

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' red='' plain=''
fi

now_us() { printf '%s' "${EPOCHREALTIME//[.,]/}"; }

# seconds MICROSECONDS: "12.3"
seconds() { printf '%d.%d' $(($1 / 1000000)) $(($1 / 100000 % 10)); }

say() { printf '%s\n' "$*"; }
title() { printf '%s%s%s\n' "$bold" "$*" "$plain"; }

# die MESSAGE [WHAT-TO-DO]: one line on standard error, exit status 2.
die() {
  printf '%s%s: %s%s%s\n' "$red" "${0##*/}" "$1" "$plain" "${2:+; $2}" >&2
  exit 2
}

# tick LABEL: redraws the line of the running step once a second until killed.
tick() {
  local from=$SECONDS
  while sleep 1; do printf '\r\e[K  %-44s %4d s' "$1" $((SECONDS - from)); done
}

# step [--network] LABEL COMMAND...: runs COMMAND, which may be a shell function; sets step_us to what it took.
# --network counts the time as network time. Gives COMMAND's status.
step() {
  local network=0
  if [ "$1" = --network ]; then network=1; shift; fi
  local label=$1 log ticker='' status=0 from
  shift
  mkdir -p "$log_dir"
  log=$log_dir/${label//[^A-Za-z0-9._-]/-}.log
  from=$(now_us)
  if [ -t 1 ]; then
    tick "$label" &
    ticker=$!
  fi
  "$@" >"$log" 2>&1 </dev/null || status=$?
  step_us=$(($(now_us) - from))
  if [ -n "$ticker" ]; then
    kill "$ticker" 2>/dev/null
    wait "$ticker" 2>/dev/null || true
    printf '\r\e[K'
  fi
  [ $network = 0 ] || network_us=$((network_us + step_us))
  if [ $status = 0 ]; then
    printf '  %-44s %6s s%s\n' "$label" "$(seconds $step_us)" "$([ $network = 0 ] || printf ' (network)')"
  else
    printf '  %-44s %6s s  %sfailed%s (status %d); the end of %s:\n' "$label" "$(seconds $step_us)" "$red" "$plain" \
      $status "${log#"$top"/}"
    tail -n 40 "$log" | sed 's/^/    /'
  fi
  return $status
}
