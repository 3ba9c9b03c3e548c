;;attack:module-bounds Prints without end.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (data (i32.const 1024) "\00\00\01\00\00\00\01\00") ;; one buffer: 64 KiB at 64 KiB
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func $step (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n) (then
      (loop (drop (call $fd_write (i32.const 2) (i32.const 1024) (i32.const 1) (i32.const 1040))) (br 0))))
    (i64.const 0x0000001000000004)))
