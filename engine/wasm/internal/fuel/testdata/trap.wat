;; Traps for a reason of its own.
(module
  (func (export "run") (unreachable)))
