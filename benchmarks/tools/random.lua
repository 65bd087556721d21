-- wrk -s random.lua URL -- FILE: random lines of FILE, each a path and, after a tab, an entity tag for If-None-Match.
local requests = {}

local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("seed", threads)
end

function init(args)
  math.randomseed(seed * 7919 + os.time())
  for line in io.lines(args[1]) do
    local path, etag = line:match("^(%S+)\t?(.*)$")
    local headers = { ["Host"] = "localhost", ["User-Agent"] = "wrk", ["Accept"] = "application/json" }
    if etag ~= "" then
      headers["If-None-Match"] = etag
    end
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
end

function request()
  return requests[math.random(#requests)]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '{"good":%d,"bad":%d,"broken":%d,"seconds":%.6f,"p50":%d,"p99":%d,"p999":%d,"max":%d}\n',
    summary.requests - errors.status, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, summary.duration / 1e6,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max))
end
