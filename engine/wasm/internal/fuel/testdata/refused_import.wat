;; Brings a counter of its own.
(module
  (import "env" "ocrmux_fuel" (global (mut i64)))
  (func (export "run")))
