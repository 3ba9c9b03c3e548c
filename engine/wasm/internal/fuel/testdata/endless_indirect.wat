;; Two functions that call each other through a table, twice each: endless without a direct call.
(module
  (type $f (func (param i32)))
  (table 2 funcref)
  (elem (i32.const 0) $even $odd)
  (func $even (param $depth i32)
    (if (i32.lt_u (local.get $depth) (i32.const 60)) (then
      (call_indirect (type $f) (i32.add (local.get $depth) (i32.const 1)) (i32.const 1))
      (call_indirect (type $f) (i32.add (local.get $depth) (i32.const 1)) (i32.const 1)))))
  (func $odd (param $depth i32)
    (call_indirect (type $f) (i32.add (local.get $depth) (i32.const 1)) (i32.const 0)))
  (func (export "run") (call $even (i32.const 0))))
