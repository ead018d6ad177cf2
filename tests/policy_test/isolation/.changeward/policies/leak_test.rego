package leak_test

import rego.v1

f(x) := [to_number(x)]

# TESTS
test_clock_before if time.now_ns() > 5

test_leaks if { f("zzz")[_] == 1 with time.now_ns as 5 with input as {"mock": true} }

test_clock_after if time.now_ns() > 5

test_input_after if not input.mock

test_fails if time.now_ns() == 7 with time.now_ns as 6

test_clock_last if time.now_ns() > 6
