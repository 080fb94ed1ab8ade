# shellcheck shell=bash
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

log_of() { printf '%s/%s.log' "$log_dir" "${1//[^A-Za-z0-9._-]/-}"; }

# result LABEL MICROSECONDS STATUS [NOTE]: the line of a step that ended, and the end of its log if it failed.
result() {
  if [ "$3" = 0 ]; then
    printf '  %-44s %6s s%s\n' "$1" "$(seconds "$2")" "${4:-}"
  else
    printf '  %-44s %6s s  %sfailed%s (status %d); the end of %s:\n' "$1" "$(seconds "$2")" "$red" "$plain" "$3" \
      "$(log_of "$1" | sed "s|^$top/||")"
    tail -n 40 "$(log_of "$1")" | sed 's/^/    /'
  fi
}

# ticking LABEL COMMAND...: runs COMMAND while the line of LABEL ticks. Gives its status.
ticking() {
  local label=$1 ticker='' status=0
  shift
  if [ -t 1 ]; then
    tick "$label" &
    ticker=$!
  fi
  "$@" || status=$?
  if [ -n "$ticker" ]; then
    kill "$ticker" 2>/dev/null
    wait "$ticker" 2>/dev/null || true
    printf '\r\e[K'
  fi
  return $status
}

# step [--network] LABEL COMMAND...: runs COMMAND, which may be a shell function; sets step_us to what it took.
# --network counts the time as network time. Gives COMMAND's status.
step() {
  local network='' status=0 from
  if [ "$1" = --network ]; then network=' (network)'; shift; fi
  local label=$1
  shift
  mkdir -p "$log_dir"
  from=$(now_us)
  ticking "$label" logged "$(log_of "$label")" "$@" || status=$?
  step_us=$(($(now_us) - from))
  [ -z "$network" ] || network_us=$((network_us + step_us))
  result "$label" $step_us $status "$network"
  return $status
}
logged() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 </dev/null
}

# spawn LABEL COMMAND...: starts a step and goes on; await LABEL waits for it, prints its line and gives its status.
# Where the tool ends early, stop_jobs ends what still runs.
declare -A jobs=()
spawn() {
  local label=$1 log
  shift
  mkdir -p "$log_dir"
  log=$(log_of "$label")
  rm -f "$log.took"
  (
    from=$(now_us)
    status=0
    "$@" || status=$?
    echo $(($(now_us) - from)) >"$log.took"
    exit $status
  ) >"$log" 2>&1 </dev/null &
  jobs[$label]=$!
}
await() {
  local status=0
  ticking "$1" wait "${jobs[$1]}" || status=$?
  unset "jobs[$1]"
  result "$1" "$(cat "$(log_of "$1").took" 2>/dev/null || echo 0)" $status
  return $status
}
stop_jobs() {
  local pid
  for pid in "${jobs[@]}"; do
    end_leaves "$pid"
    wait "$pid" 2>/dev/null || true
  done
}
# Ends the processes at the ends of a tree; the shells above them end by themselves once those have.
end_leaves() {
  local children child
  children=$(cat "/proc/$1/task/$1/children" 2>/dev/null) || true
  if [ -z "$children" ]; then kill "$1" 2>/dev/null || true; fi
  for child in $children; do end_leaves "$child"; done
}
