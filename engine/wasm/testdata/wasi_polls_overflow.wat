;;attack:module-memory Waits for so many events that their size passes 2^32, and comes out as none at all.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func $step (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n) (then
      (drop (call $poll_oneoff (i32.const 0) (i32.const 4096) (i32.const 0x10000000) (i32.const 8)))))
    (i64.const 0x0000001000000004)))
