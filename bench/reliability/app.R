# What the reliability scenarios ask: a handler that takes its time without taking the CPU.

#* @get /nap
function(seconds = "0.02") {
  Sys.sleep(as.numeric(seconds))
  "done"
}
