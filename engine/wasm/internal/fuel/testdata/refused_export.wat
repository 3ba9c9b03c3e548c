;; Exports something under the counter's name.
(module
  (func (export "ocrmux_fuel")))
