-- What a script of this plugin's kind costs: the yardstick of benches/run, no analysis.
--
-- SPDX-License-Identifier: GPL-2.0-or-later

local stream = Field.new("tcp.stream")
local flags = Field.new("tcp.flags")
local sequence = Field.new("tcp.seq_raw")
local acknowledgment = Field.new("tcp.ack_raw")
local length = Field.new("tcp.len")
local window = Field.new("tcp.window_size_value")
local ttl = Field.new("ip.ttl")
local source = Field.new("tcp.srcport")

local proto = Proto("rstlua", "TCP Reset Analysis in Lua")
local cause = ProtoField.string("rstlua.cause", "Cause")
proto.fields = { cause }

local conversations

function proto.init()
    conversations = {}
end

local function conversation(index)
    local known = conversations[index]
    if not known then
        known = { segments = 0, bytes = 0, next = {} }
        conversations[index] = known
    end
    return known
end

local function number(field)
    return field and tonumber(tostring(field.value)) or 0
end

function proto.dissector(_, pinfo, tree)
    local index = stream()
    if not index then
        return
    end
    local bits = flags().value
    local is_reset = math.floor(bits / 4) % 2 == 1
    local known = conversation(index.value)
    local port, expected = source().value, known.next[source().value]
    local at, acknowledged, size = number(sequence()), number(acknowledgment()), length().value
    if not pinfo.visited then
        known.segments = known.segments + 1
        known.bytes = known.bytes + size
        known.next[port] = at + size
        known.window, known.ttl, known.acknowledged = window().value, number(ttl()), acknowledged
    end
    if is_reset then
        local why = (not expected or expected == at) and "expected" or "beside"
        tree:add(proto):add(cause, why):set_generated()
    end
end

register_postdissector(proto)
