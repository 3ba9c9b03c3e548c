;;attack:module-memory Calls the host while it makes room, which is not allowed: the status is 6 (gone).
(module
  (import "ocrmux_v1" "log" (func $log (param i32 i32) (result i64)))
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param $n i32) (result i32)
    (if (local.get $n) (then 
      (if (i64.ne (i64.shr_u (call $log (i32.const 16) (i32.const 0)) (i64.const 32)) (i64.const 6)) (then (unreachable)))))
    (i32.const 65536))
  (func (export "ocrmux_step") (param $n i32) (result i64) (i64.const 0x0000001000000004)))
