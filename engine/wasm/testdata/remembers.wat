;;attack:module-crossing remembers a card in memory, globals, grown memory, the clock and the random stream
;; Hides the end of each message wherever it can, and answers an empty one with all that it finds there: two memory addresses,
;; four globals, grown memory, its size, the clock and the random stream, 16 letters each.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (memory (export "memory") 4)
  (global $i32 (mut i32) (i32.const 7))
  (global $i64 (mut i64) (i64.const 7))
  (global $f32 (export "f32") (mut f32) (f32.const 7))
  (global $f64 (mut f64) (f64.const 7))
  (data (i32.const 16) "\12\02\08\01") ;; Action{done: {side: front}}
  (data (i32.const 512) "\1a\a3\01\1a\a0\01") ;; Action{fail: {vendor_message: 160 letters}}
  (func (export "ocrmux_abi_v1") (result i32) (i32.const 0))
  (func (export "ocrmux_alloc") (param i32) (result i32) (i32.const 65536))
  (func $say (param $place i32) (param $v i64)
    (local $i i32)
    (loop $next
      (i32.store8
        (i32.add (i32.add (i32.const 518) (i32.shl (local.get $place) (i32.const 4))) (local.get $i))
        (i32.add (i32.const 97) (i32.wrap_i64 (i64.and (local.get $v) (i64.const 15)))))
      (local.set $v (i64.shr_u (local.get $v) (i64.const 4)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 16)))))
  (func $hide (param $v i64)
    (i64.store (i32.const 3000) (local.get $v))
    (i64.store (i32.const 262136) (local.get $v))
    (global.set $i32 (i32.wrap_i64 (local.get $v)))
    (global.set $i64 (local.get $v))
    (global.set $f32 (f32.reinterpret_i32 (i32.wrap_i64 (local.get $v))))
    (global.set $f64 (f64.reinterpret_i64 (local.get $v)))
    (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then
      (i64.store (i32.mul (i32.sub (memory.size) (i32.const 1)) (i32.const 65536)) (local.get $v))))
    (i64.store (i32.const 1048) (i64.and (local.get $v) (i64.const 0xffffff)))
    (drop (call $poll_oneoff (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 4096)))
    (drop (call $random_get (i32.const 5000) (i32.wrap_i64 (i64.and (local.get $v) (i64.const 0xff))))))
  (func $show
    (call $say (i32.const 0) (i64.load (i32.const 3000)))
    (call $say (i32.const 1) (i64.load (i32.const 262136)))
    (call $say (i32.const 2) (i64.extend_i32_u (global.get $i32)))
    (call $say (i32.const 3) (global.get $i64))
    (call $say (i32.const 4) (i64.extend_i32_u (i32.reinterpret_f32 (global.get $f32))))
    (call $say (i32.const 5) (i64.reinterpret_f64 (global.get $f64)))
    (call $say (i32.const 6) (i64.extend_i32_u (memory.size)))
    (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then
      (call $say (i32.const 7) (i64.load (i32.mul (i32.sub (memory.size) (i32.const 1)) (i32.const 65536))))))
    (drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 6000)))
    (call $say (i32.const 8) (i64.load (i32.const 6000)))
    (drop (call $random_get (i32.const 6000) (i32.const 8)))
    (call $say (i32.const 9) (i64.load (i32.const 6000))))
  (func (export "ocrmux_step") (param $n i32) (result i64)
    (if (i32.eqz (local.get $n)) (then
      (call $show)
      (return (i64.const 0x00000200000000a6))))
    (call $hide (i64.load (i32.add (i32.const 65528) (local.get $n)))) ;; its last eight bytes
    (i64.const 0x0000001000000004)))
