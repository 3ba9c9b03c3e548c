;; Vector instructions of every shape of immediate.
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "0123456789abcdef0123456789ABCDEF")
  (func (export "sum") (param i32) (result i32)
    (local $v v128)
    (local.set $v (i32x4.add (i32x4.splat (local.get 0)) (v128.const i32x4 1 2 3 4)))
    (i32.add (i32x4.extract_lane 0 (local.get $v)) (i32x4.extract_lane 3 (local.get $v))))
  (func (export "shuffle") (param i64) (result i64)
    (i64x2.extract_lane 1
      (i8x16.shuffle 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0
        (i64x2.splat (local.get 0)) (v128.load (i32.const 8)))))
  (func (export "lanes") (param i32) (result i64) (local $p i32)
    (local.set $p (i32.and (local.get 0) (i32.const 15)))
    (v128.store offset=64 (local.get $p)
      (v128.load16_lane offset=2 align=1 5 (local.get $p) (v128.load8x8_s offset=3 (local.get $p))))
    (v128.store32_lane offset=96 2 (local.get $p) (v128.load64_zero (local.get $p)))
    (i64.load offset=64 (local.get $p)))
  (func (export "dot") (param i32 i32) (result i32)
    (i32x4.extract_lane 2
      (i32x4.dot_i16x8_s (i16x8.splat (local.get 0)) (i16x8.replace_lane 4 (i16x8.splat (local.get 1)) (i32.const 7)))))
  (func (export "floats") (param f64) (result f64)
    (f64x2.extract_lane 0 (f64x2.sqrt (f64x2.abs (f64x2.splat (local.get 0))))))
  (func (export "loop") (param $n i32) (result i32) (local $v v128)
    (local.set $n (i32.and (local.get $n) (i32.const 63)))
    (loop $again
      (local.set $v (i8x16.add_sat_u (local.get $v) (i8x16.splat (local.get $n))))
      (br_if $again (i32.gt_s (local.tee $n (i32.sub (local.get $n) (i32.const 1))) (i32.const 0))))
    (i8x16.bitmask (local.get $v))))
