# Reads env files as Ruby's dotenv does, one JSON string a line in, one JSON value a line out, null for what is refused.
require "json"
require "dotenv"

$stdin.each_line do |line|
  found =
    begin
      Dotenv::Parser.call(JSON.parse(line, quirks_mode: true))
    rescue StandardError, ScriptError
      nil
    end
  puts JSON.generate(found)
end
