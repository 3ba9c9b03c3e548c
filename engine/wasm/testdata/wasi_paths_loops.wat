;;attack:module-bounds Looks for a file again and again, and reads into no room.
(module
  (import "wasi_snapshot_preview1" "path_filestat_get" (func $stat (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_pread" (func $pread (param i32 i32 i32 i64 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func $step (export "ocrmux_step") (param $n i32) (result i64)
    (if (local.get $n) (then
      (loop $again
        (drop (call $stat (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 100000) (i32.const 8)))
        (drop (call $pread (i32.const 0) (i32.const 0) (i32.const 16000) (i64.const 0) (i32.const 8)))
        (br $again))))
    (i64.const 0x0000001000000004)))
