;; A start section that does some work and ends. No exports section of functions would do without one.
(module
  (global $n (mut i32) (i32.const 0))
  (func $start
    (loop $again
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (global.get $n) (i32.const 1000)))))
  (func (export "n") (result i32) (global.get $n))
  (start $start))
