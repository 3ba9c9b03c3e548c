;;attack:module-crossing Overwrites its input, and traps if that shows at the next call: every message begins with a context.
(module
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func $step (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n) (then
      (if (i32.ne (i32.load8_u (i32.const 65536)) (i32.const 0x0a)) (then (unreachable)))
      (memory.fill (i32.const 65536) (i32.const 0xff) (local.get $n))))
    (i64.const 0x0000001000000004)))
