;; Loops in its start section, before the host can do anything.
(module
  (func $start (loop $again (br $again)))
  (start $start))
