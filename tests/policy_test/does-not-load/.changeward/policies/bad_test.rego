package changeward

import rego.v1

import data.changeward.lib.x as own

test_unknown if statswith("a", "b")

test_arity if startswith("a")

test_impure if http.send({"method": "get", "url": "x"}).status_code == 200

test_loops if test_loops_back

test_loops_back if test_loops

test_argument(x) if x == 1

deny contains "x" if true

control_edit := true

shadows(own) := own.x

test_shadows if shadows({"x": true})
