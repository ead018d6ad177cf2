package loop_test

import rego.v1

test_before if true

test_loop if {
	some i in numbers.range(1, 3000)
	some j in numbers.range(1, 3000)
	some k in numbers.range(1, 3000)
	i + j + k == 0
}

test_between if true

# A single call that the engine's own limit does not see: the process is ended.
test_one_long_call if {
	text := concat("", ["a" | some i in numbers.range(1, 100000)])
	count(regex.find_n("a*b|a", text, -1)) == 1
}

test_defect if sprintf("%.2000000000f", [1.5]) == ""

test_after if true
