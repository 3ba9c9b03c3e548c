;; A state machine whose states jump through br_table, to the inner and to the outer loop in turn, for ever.
(module
  (func (export "run") (local $state i32)
    (loop $outer
      (loop $inner
        (local.set $state (i32.xor (local.get $state) (i32.const 1)))
        (block $next
          (br_table $inner $outer $next (local.get $state)))
        (unreachable)))))
