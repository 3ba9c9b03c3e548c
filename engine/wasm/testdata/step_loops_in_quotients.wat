;;attack:module-bounds Divides again and again.
(module
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (global $q (mut i64) (i64.const 1))
  (func $step (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n) (then
      (loop $again
        (global.set $q (i64.div_u (i64.or (global.get $q) (i64.const 0x7000000000000001)) (i64.const 3)))
        (br $again))))
    (i64.const 0x0000001000000004)))
