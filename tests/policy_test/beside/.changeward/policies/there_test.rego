package changeward_test

import rego.v1

test_there if true
