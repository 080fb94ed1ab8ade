-- wrk: PUTs 8 MiB, each thread to a blob of its own.
local number = 0
function setup(thread)
  thread:set("number", number)
  number = number + 1
end
function init()
  wrk.method = "PUT"
  wrk.path = "/put-" .. number
  wrk.body = string.rep("0123456789abcdef", 512 * 1024)
end
