;; Every control instruction, with and without values, over small arguments.
(module
  (type $unary (func (param i32) (result i32)))
  (import "env" "base" (global $base i32))
  (import "env" "twice" (func $twice (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $count (mut i64) (i64.const 0))
  (global $ratio f64 (f64.const 0.5))
  (table 3 funcref)
  (elem (i32.const 0) $fib $collatz $twice)
  (data (i32.const 16) "SPECIMEN")

  (func $fib (export "fib") (param $n i32) (result i32)
    (local.set $n (i32.and (local.get $n) (i32.const 15)))
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else (i32.add
        (call $fib (i32.sub (local.get $n) (i32.const 1)))
        (call $fib (i32.sub (local.get $n) (i32.const 2)))))))

  (func $collatz (export "collatz") (param $n i32) (result i32) (local $steps i32)
    (local.set $n (i32.add (i32.and (local.get $n) (i32.const 0xff)) (i32.const 1)))
    (block $done
      (loop $again
        (br_if $done (i32.eq (local.get $n) (i32.const 1)))
        (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
        (if (i32.and (local.get $n) (i32.const 1))
          (then (local.set $n (i32.add (i32.mul (local.get $n) (i32.const 3)) (i32.const 1))) (br $again)))
        (local.set $n (i32.shr_u (local.get $n) (i32.const 1)))
        (br $again)))
    (local.get $steps))

  (func (export "switch") (param $n i32) (result i32)
    (block $c (block $b (block $a
      (br_table $a $b $c (local.get $n)))
      (return (i32.const 10)))
      (return (i32.const 20)))
    (global.get $base))

  (func (export "indirect") (param $f i32) (param $n i32) (result i32)
    (call_indirect (type $unary) (local.get $n) (i32.and (local.get $f) (i32.const 3))))

  (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))

  (func (export "floats") (param f32 f64) (result f64)
    (f64.add (f64.mul (f64.promote_f32 (local.get 0)) (global.get $ratio))
      (select (local.get 1) (f64.sqrt (f64.const 2)) (f64.lt (local.get 1) (f64.const 1e9)))))

  (func (export "saturate") (param f64) (result i32 i64)
    (i32.trunc_sat_f64_s (local.get 0))
    (i64.trunc_sat_f64_u (local.get 0)))

  (func (export "extend") (param i32 i64) (result i32 i64)
    (i32.extend8_s (local.get 0))
    (i64.extend32_s (local.get 1)))

  (func (export "count") (param i64) (result i64)
    (global.set $count (i64.add (global.get $count) (local.get 0)))
    (global.get $count))

  (func (export "poke") (param i32 i32) (result i32)
    (i32.store offset=4 align=1 (i32.and (local.get 0) (i32.const 0xfff)) (local.get 1))
    (i32.load16_s offset=2 (i32.and (local.get 0) (i32.const 0xfff))))

  (func (export "peek") (param i32) (result i32) (i32.load8_u (local.get 0)))

  ;; Multi-value: blocks, ifs and loops with parameters and several results.
  (func $swap (param i32 i32) (result i32 i32) (local.get 1) (local.get 0))
  (func (export "gcd") (param $a i32) (param $b i32) (result i32 i32)
    (i32.or (local.get $a) (i32.const 1))
    (i32.or (local.get $b) (i32.const 1))
    (loop $again (param i32 i32) (result i32 i32)
      (local.set $b)
      (local.set $a)
      (call $swap
        (i32.rem_u (local.get $a) (local.get $b))
        (local.get $b))
      (br_if $again (i32.ne (i32.rem_u (local.get $a) (local.get $b)) (i32.const 0)))))
  (func (export "block_with_values") (param i32 i64) (result i64 i32)
    (local.get 0)
    (local.get 1)
    (block (param i32 i64) (result i64 i32)
      (local.set 1)
      (local.set 0)
      (local.get 1)
      (local.get 0)
      (if (param i64 i32) (result i64 i32) (local.get 0)
        (then (i32.const 5) (i32.add))
        (else (drop) (drop) (i64.const -1) (i32.const -1))))))
