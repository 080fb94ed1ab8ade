# shellcheck shell=bash
# Servers, loads and figures of the benchmarks; sourced after tools/lib/{say,setup}.sh. Needs: dir, an empty folder.
declare -A pid_of=()

free_port() { node -e 'const s = require("net").createServer(); s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }

# serve NAME PORT[@ADDRESS] COMMAND...: starts COMMAND and waits until it takes connections.
serve() {
  local name=$1 port=${2%@*} address=127.0.0.1 try
  [ "$2" = "$port" ] || address=${2#*@}
  shift 2
  "$@" >"$dir/$name.out" 2>&1 </dev/null &
  pid_of[$name]=$!
  for try in $(seq 300); do
    if (exec 3<>"/dev/tcp/$address/$port") 2>/dev/null; then return 0; fi
    kill -0 "${pid_of[$name]}" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 5 "$dir/$name.out" >&2
  die "$name did not start"
}

# leave NAME: ends a server in its orderly way.
leave() {
  kill -INT "${pid_of[$1]}" 2>/dev/null || true
  wait "${pid_of[$1]}" 2>/dev/null || true
  unset "pid_of[$1]"
}
leave_all() { local name; for name in "${!pid_of[@]}"; do leave "$name"; done; }

# from_template FILE KEY=VALUE...: the file with each @KEY@ replaced, on standard output.
from_template() {
  local text pair
  text=$(cat "$1")
  shift
  for pair; do text=${text//@${pair%%=*}@/${pair#*=}}; done
  printf '%s\n' "$text"
}

# peak_mib NAME: the largest resident set so far, of the process and its children.
peak_mib() {
  local pid=${pid_of[$1]} sum=0 one
  for one in $pid $(cat /proc/"$pid"/task/*/children 2>/dev/null); do
    sum=$((sum + $(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$one/status")))
  done
  echo $((sum / 1024))
}

# load CONNECTIONS SECONDS URL [WRK-ARGUMENT...]: requests per second; fails where an answer is no 2xx or a socket broke.
load() {
  local connections=$1 seconds=$2 url=$3 out
  shift 3
  out=$(wrk -t1 -c"$connections" -d"${seconds}s" --timeout 30s "$@" "$url")
  if grep -q 'Non-2xx\|Socket errors' <<<"$out"; then
    printf '%s\n' "$out" >&2
    return 1
  fi
  sed -n 's/^Requests\/sec: *//p' <<<"$out"
}

# latencies SECONDS URL: at 100 requests per second on 10 connections, the median and the 99th of 100, in microseconds.
latencies() {
  rm -f "$dir/latencies"
  h2load --h1 -c 10 --rps 10 -D "$1" --log-file="$dir/latencies" "$2" >"$dir/h2load.out"
  awk -F'\t' '$2 != 200 { bad = 1 } { print $3 } END { exit bad }' "$dir/latencies" >"$dir/durations" || return 1
  sort -n "$dir/durations" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)], v[int(NR * 0.99 + 0.5)] }'
}

quotient() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f\n", a / b }'; }
median() { printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
