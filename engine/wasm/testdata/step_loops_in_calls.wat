;;attack:module-bounds Calls through a table again and again.
(module
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (table 1 funcref)
  (elem (i32.const 0) $nothing)
  (func $nothing)
  (func $step (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n) (then
      (loop $again
        (call_indirect (i32.const 0))
        (br $again))))
    (i64.const 0x0000001000000004)))
