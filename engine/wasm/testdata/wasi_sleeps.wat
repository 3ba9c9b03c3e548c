;;attack:module-bounds Sleeps for an hour, which takes no time.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (data (i32.const 1048) "\00\a0\b8\30\46\03\00\00") ;; 3.6e12 ns, in a subscription at 1024 that is zero otherwise
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func $step (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n) (then
      (if (call $poll_oneoff (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 4096)) (then (unreachable)))))
    (i64.const 0x0000001000000004)))
