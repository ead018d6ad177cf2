package changeward_test

import rego.v1

import data.changeward

pay := {"path": "services/pay/a.go", "rows": ["payments"]}

test_warns if {
	count(changeward.warn) == 1 with input.files as [pay]
}

test_codes if {
	codes := {w.code | some w in changeward.warn} with input.files as [pay]
	codes == {"ACME_NO_TESTS", "OTHER"}
}

test_other if {
	x := {"a": [1, 2], "b": "c"}
	y := input
	x == y with input as {"a": [1, 3], "b": "c", "d": 1}
}

test_undefined if {
	print("hello", pay.path)
	input.foo.bar == "x" with input as {"foo": {}}
}

test_not if not changeward.params with input as {"params": {}}

test_some if {
	some file in [pay]
	file.path == "z"
}

test_error if {
	to_number("x") == 1
}

todo_test_later if false

test_table[note] if {
	some note, tc in {
		"one": {"in": 1, "out": 2},
		"two": {"in": 2, "out": 5},
	}
	tc.in * 2 == tc.out
}

test_table2[tc.note] if {
	some tc in [{"note": "a", "x": 1}]
	tc.x == 1
}

test_twice if true
test_twice if false


test_every if {
	every x in [1, 2, 3] { x < 3 }
}

test_in if "x" in {y | some y in input.ys} with input as {"ys": ["a", "b"]}

test_value := "yes" if true

test_else if {
	1 == 2
} else if {
	input.x == 3 with input as {"x": 4}
}

test_call if startswith(input.path, "src/") with input as {"path": "lib/a"}

test_set contains "x" if true

test_no_case[name] if some name in []

test_nested[group][name] if {
	some group, cases in {"a": {"b": 1, "c": 2}}
	some name, value in cases
	value == 1
}

test_some_nothing if some x in input.xs with input as {"xs": []}

test_several if {
	some file in input.files
	file.size > 10 with input as {"files": []}
}

test_two_of_them if {
	some n in [1, 2]
	n > 10
}

test_many_places if numbers.range(1, 23) == numbers.range(2, 24)
