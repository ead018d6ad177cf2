package changeward

import rego.v1

warn contains {"code": "ACME_DRAFT", "msg": sprintf("%d payments", [count(payment_files)])} if count(payment_files) > 1
