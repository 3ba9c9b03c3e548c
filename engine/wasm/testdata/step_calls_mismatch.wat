;;attack:module-memory Calls a function through a table with the wrong type.
(module
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (table 1 funcref)
  (elem (i32.const 0) $other)
  (type $taken (func (param f64) (result f64)))
  (func $other)
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func $step (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n) (then
      (drop (call_indirect (type $taken) (f64.const 0) (i32.const 0)))))
    (i64.const 0x0000001000000004)))
